"""What stands before every route, put there in one place so that the order can be read."""

from fastapi import FastAPI

from chatbot.settings import Settings
from chatbot.web.access import Access, AccessMiddleware
from chatbot.web.acting import ActingMiddleware
from chatbot.web.addresses import ProxyMiddleware
from chatbot.web.body_limits import BodyLimitMiddleware
from chatbot.web.closed_pages import ClosedPagesMiddleware
from chatbot.web.cross_origin import CrossOriginMiddleware
from chatbot.web.host_cookies import HostCookieMiddleware
from chatbot.web.origins import OriginMiddleware
from chatbot.web.security_headers import SecurityHeadersMiddleware
from chatbot.web.sub_path import SubPathMiddleware


def guard(app: FastAPI, settings: Settings, access: Access) -> None:
    """Add the middleware; what is added last sees a request first."""
    app.add_middleware(ActingMiddleware, access=access)
    app.add_middleware(
        ClosedPagesMiddleware, access=access, open_pages=settings.open_pages, metrics_key=settings.metrics_key
    )
    app.add_middleware(AccessMiddleware, access=access)
    app.add_middleware(CrossOriginMiddleware, origins=settings.api_origins)
    app.add_middleware(BodyLimitMiddleware, max_message_chars=settings.max_message_chars)
    app.add_middleware(
        OriginMiddleware,
        api_origins=settings.api_origins,
        hosts=settings.hosts,
        widget_origins=settings.widget_origins,
    )
    app.add_middleware(HostCookieMiddleware)
    app.add_middleware(SecurityHeadersMiddleware, widget_origins=settings.widget_origins)
    app.add_middleware(SubPathMiddleware, root_path=settings.root_path)
    app.add_middleware(ProxyMiddleware, trusted_proxies=settings.trusted_proxies)
