"""The one error of the adapters, in words for the owner of the domain."""

from nameplate_api.conditions import Reason


class ProviderError(Exception):
    """The one error of the adapters, in words for the owner of the domain.

    ``retry_after`` is in seconds. ``refused`` says that asking again does not help until a person mends something.
    """

    def __init__(
        self, reason: Reason, message: str, *, retry_after: float | None = None, refused: bool = False
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.retry_after = retry_after
        self.refused = refused


class Conflict(ProviderError):
    """The object changed, exists already or is gone: look again."""

    def __init__(self, message: str) -> None:
        super().__init__(Reason.PROVIDER_UNAVAILABLE, message, retry_after=0)


class Forbidden(ProviderError):
    """The API server does not let us do this."""

    def __init__(self, message: str) -> None:
        super().__init__(Reason.ACCESS_DENIED, message, refused=True)


def granting(namespace: str, subject: str) -> str:
    """Return the command by which somebody lets the operator work in a namespace; ``subject`` says who it is there."""
    role = "nameplate-domain"
    return f"kubectl create rolebinding {role} --clusterrole={role} {subject} -n {namespace}"
