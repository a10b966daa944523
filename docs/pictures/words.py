"""What invented people say on the pictures, beside the questions that the shipped pack holds anyway."""

from dataclasses import dataclass, field

LIST = "Which cards and bank transfers does Larkspur accept?"
HOW_TO_RETURN = "How do I send something back?"
REPLIES = {
    LIST: "You can pay with:\n\n- a **debit card** or a **credit card**\n- a **bank transfer**\n"
    "- a **Larkspur gift card**",
}
"""What the engine of the pictures writes instead of a sentence, from the same passages."""


@dataclass(frozen=True)
class Talk:
    """What a visitor asks, days ago, and what comes of it.

    `label`s and a `note` are put on it by an agent; `written` is what an agent says, and who; `liked` is the rating of
    the last reply with the visitor's reason.
    """

    asks: list[str]
    days: float
    agent: str = ""
    written: list[str] = field(default_factory=list)
    answered: str = ""
    labels: list[str] = field(default_factory=list)
    note: str = ""
    liked: bool | None = None
    reason: str = ""
    comment: str = ""
    done: bool = False


MINE = [
    Talk(
        ["I bought a bed last week but my points haven't been added. Why?"],
        12,
        liked=True,
    ),
    Talk(["Is 60 too hot for my linen duvet set?"], 6),
    Talk(["cast iron pan dishwasher?"], 1.02),
    Talk(["Could I spread the cost of a £900 sofa over a few months?", "thanks!"], 0.31, liked=True),
]
"""The earlier chats of the visitor whom the pictures of the chat show."""

PAYING = Talk([LIST, "When do I get my money back?"], 0.012)
CRACKED = Talk(
    ["My lamp arrived broken.", "I'd rather talk to a person, please"],
    0.008,
    agent="Ann Lee",
    written=[
        "Hello Maya, I am Ann. I am sorry about the lamp. What is the order number? I will send a new base.",
        "Thank you. A new base leaves our warehouse today and is with you on Friday; you keep the lamp, and there is "
        "nothing to send back.",
    ],
    answered="It is LK-204417. The shade is fine, only the base is cracked.",
    labels=["damaged", "replacement"],
    note="@Tom Okafor second cracked base of this lamp this week: could the warehouse look at how it is packed?",
)

WAITING = [
    Talk(
        ["The courier says my parcel was delivered, but it was not", "talk to a human please"],
        0.0035,
        labels=["missing"],
    ),
    Talk(["I was charged twice for the same order!", "Get me a manager"], 0.012, labels=["urgent", "refund"]),
    Talk(["Can you match the price of another shop?", "yes please"], 0.021),
]
OTHERS = [
    Talk(
        ["Is the oak wardrobe in stock again?", "speak to someone"],
        0.03,
        agent="Tom Okafor",
        written=["Hi, Tom here. The next oak wardrobes come in on 9 December; shall I keep one for you?"],
        answered="Yes please, that would be lovely!",
        labels=["stock"],
    ),
    Talk(
        ["Which bulb fits the Aster table lamp?"],
        0.06,
        liked=False,
        reason="Did not answer",
        comment="It told me about bulbs in general, not which one fits.",
    ),
    Talk(
        ["the sofa is too big. who picks it up and do i pay for that"],
        0.11,
        liked=False,
        reason="Hard to understand",
    ),
    Talk(["do points go out of date"], 0.16, liked=True),
    Talk(["Do you engrave names on cutting boards?"], 0.2),
    Talk(["my discount code isnt working on a sale lamp"], 0.24, labels=["sale"]),
    Talk(["Is there a shop in Leeds that I can visit?"], 0.27),
    Talk(["price of a spare e27"], 1.1, liked=True, done=True),
    Talk(
        ["My sofa came without its feet", "human please"],
        1.2,
        agent="Ann Lee",
        written=["I am sorry! The feet are on their way by express and free of charge."],
        answered="That was quick, thank you",
        done=True,
    ),
]

GAPS = [
    ["Do you gift-wrap presents?", "can you gift wrap a present", "Gift wrap for presents?"],
    ["Do you buy old furniture back?", "Would you buy back old furniture", "buy back of old furniture?"],
    ["Do you engrave names?", "Can you engrave a name", "engrave names on cutlery?"],
    ["How many watts does the copper kettle draw?", "copper kettle watts?", "What watts has the copper kettle?"],
    ["Do you rent lamps out for weddings?", "Can I rent lamps for a wedding?"],
]
"""What nothing in the pack answers, as different people ask it."""

CANNED = {
    "order number": "Could you tell me the order number? It stands in the confirmation e-mail and begins with LK.",
    "photos": "Could you send two photos here: one of the whole item, one of the damage?",
    "refund sent": "Your refund of {amount} is on its way and reaches your account within 5 working days.",
}
CORRECTED = ("Which bulb fits the Aster table lamp?", "The Aster table lamp takes an E14 bulb of up to 40 watts.")
APPROVED = [
    ("Is there a shop in Leeds that I can visit?", "We are an online shop and have no showroom that you can visit."),
    ("Do you price match?", "We do not match the prices of other shops."),
]
RARE = ("unknown", "harm", "abuse", "legal_threat", "complaint", "handoff", "injection", "other_language")
"""Intents of the pack's rows that are not drawn from for the days that went as usual."""
DAYS = 56
A_DAY = (4, 3, 2, 2, 2, 4, 5)
"""How many people write on a Monday, on a Tuesday and so on; more come from week to week."""
