"""The routes of a noun, made once with the module that declares them."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.params import Depends as Dependency

from chassis import problems
from chassis.inputs import refuse_unstorable


class Routes(APIRouter):
    """A router whose routes have what every route of ours has: the refusals that it documents, and clean text.

    ``FastAPI.include_router`` would make each route a second time, with its models and their validators: 0.2 s and
    5 MB for each process of the ticket core. What all routes share is therefore given to the router, not to the app.
    """

    def __init__(self, *, dependencies: Sequence[Dependency] = (), **options: Any) -> None:
        super().__init__(
            dependencies=[Depends(refuse_unstorable), *dependencies],
            responses={
                code: {"model": problems.ProblemDetails, "content": {problems.MEDIA_TYPE: {}}, "description": text}
                for code, text in {401: "Sign in first", 403: "Not allowed", 422: "Invalid input"}.items()
            },
            **options,
        )

    def join(self, api: FastAPI) -> None:
        """Add the routes to the app as they are."""
        api.router.routes.extend(self.routes)
