"""This file defines the schemas for the provider and requirer sides of the `lxd` interface.

It exposes two interface_tester.schema_base.DataBagSchema subclasses called:
- ProviderSchema
- RequirerSchema

Every value of a databag is a string. Where a field is `Json`, the string holds JSON. Other keys,
such as Juju's own, may stand beside the fields of a databag.

Examples:
    ProviderSchema:
        unit: {
            "version": "1.0",
            "nodes": '[{"endpoint": "https://10.0.0.1:8443", "name": "node-1",
                        "trusted_certs_fp": ["2274d312f072..."]}]',
            "server_certificate": "-----BEGIN CERTIFICATE----- ...",
            "registered_certificates": '["-----BEGIN CERTIFICATE----- ..."]',
            "certificates": '[{"fingerprint": "2274d312f072...", "state": "trusted",
                               "projects": ["web"], "expires_at": "2036-01-01T00:00:00Z"}]'
        }
        app: <the same if the requirer's application asks, else empty>
    RequirerSchema:
        unit: {
            "client_certificates": '["-----BEGIN CERTIFICATE----- ..."]',
            "projects": '["web"]'
        }
        app: <empty, or the same for all units>
"""

import re
from typing import Annotated, Any, Literal, TypeVar

from interface_tester.schema_base import DataBagSchema
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, Json, model_validator

T = TypeVar("T")

# A text over this limit is not parsed.
MAXIMUM_CHARACTERS = 1_048_576

# As LXD takes it: any characters but `/`, quotes and white space, and neither `*`, `.` nor `..`.
# No PEM, no control character and no mark that reorders text may pass for a name.
PROJECT = re.compile(
    r"(?!\*\Z|\.{1,2}\Z|.*-----BEGIN)"
    r"[^\s/'\"\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff]{1,1024}"
)


def _is_bounded(value: Any) -> Any:
    if isinstance(value, str) and len(value) > MAXIMUM_CHARACTERS:
        raise ValueError(f"must have at most {MAXIMUM_CHARACTERS} characters")
    return value


def _is_project(value: str) -> str:
    if not PROJECT.fullmatch(value):
        raise ValueError("must be the name of an LXD project")
    return value


Certificate = Annotated[
    str,
    Field(
        pattern=(r"^\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----\s*$")
    ),
]
Code = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
Fingerprint = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Project = Annotated[str, AfterValidator(_is_project)]
Time = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]
Bounded = Annotated[Json[T], BeforeValidator(_is_bounded)]


class Node(BaseModel):
    endpoint: str = Field(
        pattern=r"^https://[^\s/]+:[0-9]+$",
        description="The node's address, https://host:port, an IPv6 host in brackets.",
    )
    name: str = Field(description="LXD's server name.")
    trusted_certs_fp: list[Fingerprint] = Field(
        description=(
            "SHA-256 fingerprints of this relation's certificates that are in the trust store,"
            " sorted, the same for every node."
        )
    )


class RejectedItem(BaseModel):
    unit: str = Field(
        description="The requirer's unit, or its application if that one's databag held the item."
    )
    fingerprint: Fingerprint | None = Field(
        description="The certificate; null where the item was no certificate."
    )
    code: Code = Field(
        default=None,
        description="The kind of the reason. Providers of the first version wrote none.",
    )
    reason: str = Field(description="The reason and the remedy, in words.")


class _CertificateState(BaseModel):
    fingerprint: Fingerprint = Field(description="The certificate.")
    expires_at: Time | None = Field(
        description="When the certificate expires, in UTC; null where that is not known."
    )


class TrustedCertificate(_CertificateState):
    state: Literal["trusted"] = Field(description="The certificate is in LXD's trust store.")
    projects: list[str] | None = Field(
        description="The projects that LXD grants to the certificate; null for all of LXD."
    )
    code: Code = Field(default=None, description="The kind of a warning, such as expires-soon.")
    reason: str | None = Field(default=None, description="The warning in words.")


class PendingCertificate(_CertificateState):
    state: Literal["pending"] = Field(description="The certificate is about to be registered.")


class RejectedCertificate(_CertificateState):
    state: Literal["rejected"] = Field(
        description="The certificate will not be registered without a change."
    )
    code: Code = Field(description="The kind of the reason. Further ones may follow.")
    reason: str = Field(description="The reason and the remedy, in words.")


class ProviderError(BaseModel):
    code: Code = Field(description="The kind of the reason. Further ones may follow.")
    reason: str = Field(description="The reason in words, the same for each code.")


class ProviderData(BaseModel):
    version: str = Field(
        default=None,
        pattern=r"^1\.[0-9]+$",
        description="Version of the interface, bare. Every 1.x is compatible.",
    )
    nodes: Json[list[Node]] = Field(default=None, description="The active LXD nodes.")
    server_certificate: Certificate = Field(
        default=None, description="The certificate that every node presents, to be pinned."
    )
    registered_certificates: Json[
        list[Annotated[str, Field(pattern="-----BEGIN CERTIFICATE-----")]]
    ] = Field(
        default=None,
        description="The certificates in `trusted_certs_fp`, as their requirers wrote them.",
    )
    rejected_certificates: Json[Annotated[list[RejectedItem], Field(min_length=1)]] = Field(
        default=None,
        description="What could not be registered, and why. Absent when empty.",
    )
    certificates: Json[
        Annotated[
            list[
                Annotated[
                    TrustedCertificate | PendingCertificate | RejectedCertificate,
                    Field(discriminator="state"),
                ]
            ],
            Field(min_length=1),
        ]
    ] = Field(
        default=None,
        description="The state of each certificate, sorted by fingerprint. Absent when empty.",
    )
    provider_error: Json[ProviderError] = Field(
        default=None,
        description=(
            "Why the provider cannot serve. While it is there, the other keys are the last known"
            " ones, if there are any. Absent when all is well."
        ),
    )

    @model_validator(mode="after")
    def _is_complete(self) -> "ProviderData":
        required = {"version", "nodes", "server_certificate", "registered_certificates"}
        missing = sorted(required - self.model_fields_set)
        if missing and self.provider_error is None:
            raise ValueError(f"must hold {', '.join(missing)}, or provider_error")
        return self


class RequirerData(BaseModel):
    client_certificates: Bounded[Annotated[list[Certificate], Field(max_length=100)]] = Field(
        description="The certificates that LXD shall trust, one in each item."
    )
    projects: Bounded[Annotated[list[Project], Field(min_length=1, max_length=64)]] = Field(
        default=None,
        description=(
            "The LXD projects to restrict these certificates to."
            " Without it, they get what the operator allows."
        ),
    )


def _written(model: type[BaseModel]) -> BeforeValidator:
    """Take a databag for empty if it holds none of the interface's keys, only Juju's."""

    def validate(value: Any) -> Any:
        is_empty = isinstance(value, dict) and not value.keys() & model.model_fields.keys()
        return None if is_empty else value

    return BeforeValidator(validate)


class ProviderSchema(DataBagSchema):
    """The schema for the provider side of this interface."""

    unit: Annotated[ProviderData | None, _written(ProviderData)] = None
    app: Annotated[ProviderData | None, _written(ProviderData)] = None


class RequirerSchema(DataBagSchema):
    """The schema for the requirer side of this interface."""

    unit: Annotated[RequirerData | None, _written(RequirerData)] = None
    app: Annotated[RequirerData | None, _written(RequirerData)] = None
