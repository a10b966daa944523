"""The pages: where each of them stands, and who may see it."""

from dataclasses import dataclass

from chatbot.records import Role


@dataclass(frozen=True)
class Page:
    """A page at a path, for staff of some roles, or for everybody where none is named."""

    path: str
    roles: tuple[Role, ...] = ()

    def holds(self, path: str) -> bool:
        """Whether a path is the page's own or below it."""
        return path == self.path or path.startswith(self.path.rstrip("/") + "/")

    def refusal(self, role: Role) -> str:
        """Whose page it is, where somebody of this role may not use it; empty where they may."""
        if not self.roles or role in self.roles:
            return ""
        return f"{self.path} is for {' and '.join(f'{one}s' for one in self.roles)}"


CHAT = Page("/")
REVIEW = Page("/review", ("agent", "operator"))
OPERATE = Page("/operate", ("operator",))
ACCOUNT = Page("/account", ("agent", "operator"))
STAFF_PAGES = (REVIEW, OPERATE, ACCOUNT)
