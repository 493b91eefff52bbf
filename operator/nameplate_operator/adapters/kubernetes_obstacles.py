"""Tells by the fixed parts of the API server's words which rule of the cluster a request ran into, and what to do."""

import re
from collections.abc import Callable

from nameplate_api.conditions import Reason
from nameplate_operator.ports import Forbidden, ProviderError, granting

_AGAIN_AFTER = 60.0
"""Seconds until the next attempt: nothing tells us of a quota or a policy that was changed."""
_NAME = r"[A-Za-z0-9][A-Za-z0-9.:_/-]{0,252}"
_PREFIX = r'(?:[^\s"]+(?: "[^"]*")? is forbidden: )?'
_RIGHT = re.compile(
    r'User "([^"]*)" cannot ([a-z]+) resource "([a-z./-]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?'
)
_RELEASE = "Platform team: apply the ClusterRoles and Roles of this release."
_ACCOUNT = "system:serviceaccount:"
_CHILDREN = frozenset({"configmaps", "serviceaccounts", "services", "deployments", "ingresses"})
_KINDS_OF_CHILDREN = frozenset({"ConfigMap", "ServiceAccount", "Service", "Deployment", "Ingress"})


def obstacle(text: str, about: str) -> ProviderError | None:
    """Return the error for a quota or an admission policy that stands in the way of a write, None if it is neither.

    The words are those of k8s.io/apiserver: admission/plugin/resourcequota, admission/plugin/policy/validating and
    admission/plugin/webhook/errors. What a policy's author wrote after them is not repeated: it may hold values.
    """
    for pattern, worded in _OBSTACLES:
        if found := re.match(_PREFIX + pattern, text):
            return worded(found[1], about)
    return None


def lacking(text: str, attempt: str, about: str) -> Forbidden:
    """Return the error for a right that is missing, with the command that grants it where a RoleBinding does."""
    found = _RIGHT.search(text)
    if found is None:
        return Forbidden(f"The operator may not {attempt} {about}. {_RELEASE}")
    user, verb, resource, group, namespace = found.groups()
    place = f" in the namespace {namespace}" if namespace else ""
    said = f"The operator may not {verb} {resource}{f'.{group}' if group else ''}{place}."
    account = user.removeprefix(_ACCOUNT)
    # In the operator's own namespace a Role of its own counts.
    if not namespace or account.startswith(f"{namespace}:") or not _is_granted_by_namespace(verb, resource):
        return Forbidden(f"{said} {_RELEASE}")
    subject = f"--user={user}" if account == user else f"--serviceaccount={account}"
    return Forbidden(f"{said} Allow it: {granting(namespace, subject)}")


def immutable(field: str, about: str) -> ProviderError:
    """Return the error for a field that can be changed only by making the object anew, which is for a person to do."""
    said = f"{about} must change in {field}, which is immutable."
    kind, _, place = about.partition(" ")
    namespace, _, name = place.rpartition("/")
    if kind in _KINDS_OF_CHILDREN and namespace:
        remedy = f"Delete it, and it is made anew: kubectl delete {kind.lower()} {name} -n {namespace}"
    else:
        remedy = "Whoever made it so must replace it."
    return ProviderError(Reason.IMMUTABLE_FIELD, f"{said} {remedy}", refused=True, retry_after=_AGAIN_AFTER)


def _is_granted_by_namespace(verb: str, resource: str) -> bool:
    # What the ClusterRole nameplate-domain holds; its looks at all but Secrets are granted for the whole cluster.
    return resource == "secrets" or (resource in _CHILDREN and verb in ("create", "patch"))


def _quota(name: str, about: str) -> ProviderError:
    message = f"The ResourceQuota {name} leaves no room for {about}. Raise it, or delete what is not needed."
    return ProviderError(Reason.QUOTA_EXCEEDED, message, refused=True, retry_after=_AGAIN_AFTER)


def _uncounted(name: str, about: str) -> ProviderError:
    message = f"Kubernetes has not counted yet what the ResourceQuota {name} leaves for {about}."
    return ProviderError(Reason.PROVIDER_UNAVAILABLE, message)


def _policy(name: str, about: str) -> ProviderError:
    message = f"The admission policy {name} of this cluster refuses {about}. Ask whoever runs it to let it in."
    return ProviderError(Reason.POLICY_DENIED, message, refused=True, retry_after=_AGAIN_AFTER)


def _mute_webhook(name: str, about: str) -> ProviderError:
    message = f"The admission webhook {name} of this cluster, which must let {about} in, does not answer."
    return ProviderError(Reason.PROVIDER_UNAVAILABLE, message)


_OBSTACLES: tuple[tuple[str, Callable[[str, str], ProviderError]], ...] = (
    (rf"exceeded quota: ({_NAME}), requested: ", _quota),
    (rf"status unknown for quota: ({_NAME}), ", _uncounted),
    (rf"ValidatingAdmissionPolicy '({_NAME})' (?:with binding '[^']*' )?denied request", _policy),
    (rf'admission webhook "({_NAME})" denied the request', _policy),
    (rf'Internal error occurred: failed calling webhook "({_NAME})"', _mute_webhook),
)
