"""The kinds of Kubernetes objects that the operator reads or writes: its own, and those that Kubernetes brings."""

from nameplate_api.custom_domain import API_VERSION, KIND, PLURAL
from nameplate_api.domain_claim import CLAIM_KIND, CLAIM_PLURAL
from nameplate_operator.ports import Kind

CUSTOM_DOMAIN = Kind(API_VERSION, KIND, PLURAL)
DOMAIN_CLAIM = Kind(API_VERSION, CLAIM_KIND, CLAIM_PLURAL)

CONFIG_MAP = Kind("v1", "ConfigMap", "configmaps")
NAMESPACE = Kind("v1", "Namespace", "namespaces")
SECRET = Kind("v1", "Secret", "secrets")
SERVICE = Kind("v1", "Service", "services")
SERVICE_ACCOUNT = Kind("v1", "ServiceAccount", "serviceaccounts")
DEPLOYMENT = Kind("apps/v1", "Deployment", "deployments")
LEASE = Kind("coordination.k8s.io/v1", "Lease", "leases")
EVENT = Kind("events.k8s.io/v1", "Event", "events")
INGRESS = Kind("networking.k8s.io/v1", "Ingress", "ingresses")
