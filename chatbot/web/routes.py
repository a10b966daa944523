"""Routes that answer HEAD as they answer GET; the server leaves the body out."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter

Handler = Callable[..., Any]


def get_route(router: APIRouter, path: str, **options: Any) -> Callable[[Handler], Handler]:
    """What `router.get` does, for HEAD too; the OpenAPI document names GET only."""

    def register(handler: Handler) -> Handler:
        router.add_api_route(path, handler, methods=["GET"], **options)
        router.add_api_route(path, handler, methods=["HEAD"], **options | {"include_in_schema": False})
        return handler

    return register
