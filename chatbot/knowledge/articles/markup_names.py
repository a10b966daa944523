"""The names of HTML's elements, by what they do to the words between them."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


HEADINGS = _names("h1 h2 h3 h4 h5 h6")
LISTS = _names("ul ol menu dir dl")
CODE = _names("code kbd samp tt")
SKIPPED = _names("script style head svg math template noscript iframe object audio video canvas")
BLOCKS = _names(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p section select "
    "summary table tbody td textarea tfoot th thead tr ul"
)
FRAMES = LISTS | _names("article aside blockquote body details div footer form header html main nav section table")
INLINE = _names(
    "a abbr acronym b bdi bdo big br button cite data datalist del dfn em font i img input ins label mark meter output "
    "picture progress q rp rt ruby s slot small span strike strong sub sup time u var wbr"
)
UNSEEN = _names("area base basefont bgsound col colgroup embed link map meta param source title track")
ELEMENTS = BLOCKS | CODE | INLINE | SKIPPED | UNSEEN | _names("pre frame frameset noframes xmp marquee nobr")
# Words that people also put in angle brackets to say "your own here": tags only if they are closed or say more.
AMBIGUOUS = _names(
    "address area article aside audio base body button canvas caption cite code data details dialog dir figure font "
    "footer form frame head header html iframe input label legend link main map mark menu meta meter nav object option "
    "output param picture pre progress q s script section select slot source style summary svg math table template "
    "textarea time title track u var video kbd samp noscript"
)
