"""Routes that answer HEAD as they answer GET; the server leaves the body out."""

from collections.abc import Callable

from fastapi import APIRouter

Handler = Callable[..., object]


def get_route(router: APIRouter, path: str, include_in_schema: bool = True) -> Callable[[Handler], Handler]:
    """What `router.get` does, for HEAD too; the OpenAPI document names GET only."""

    def register(handler: Handler) -> Handler:
        router.add_api_route(path, handler, methods=["GET"], include_in_schema=include_in_schema)
        router.add_api_route(path, handler, methods=["HEAD"], include_in_schema=False)
        return handler

    return register
