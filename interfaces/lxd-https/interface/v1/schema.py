"""This file defines the schemas for the provider and requirer sides of the `lxd-https` interface.

It exposes two interface_tester.schema_base.DataBagSchema subclasses called:
- ProviderSchema
- RequirerSchema

Every value of a databag is a string. Where a field is `Json`, the string holds JSON. Other keys,
such as Juju's own, may stand beside the fields of a databag.

Examples:
    ProviderSchema:
        unit: {
            "version": "1.0",
            "certificate": "-----BEGIN CERTIFICATE----- ...",
            "certificate_fingerprint": "2274d312f072...",
            "addresses": "10.0.0.1:8443,[fd42::1]:8443"
        }
        app: <the same for a cluster, else empty>
    RequirerSchema:
        unit: {
            "version": "1.0",
            "certificate": "-----BEGIN CERTIFICATE----- ...",
            "projects": "web,db"
        }
        app: <empty, or the same for all units>
"""

from typing import Annotated, Any, Literal

from interface_tester.schema_base import DataBagSchema
from pydantic import BaseModel, BeforeValidator, Field, Json, model_validator

Certificate = Annotated[
    str,
    Field(
        pattern=(r"^\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]*-----END CERTIFICATE-----\s*$")
    ),
]
Code = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
Fingerprint = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Time = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]


class RejectedItem(BaseModel):
    unit: str = Field(
        description="The requirer's unit, or its application if that one's databag held the item."
    )
    fingerprint: Fingerprint | None = Field(
        description="The certificate; null where the item was no certificate."
    )
    code: Code = Field(default=None, description="The kind of the reason.")
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
    version: Literal["1.0"] = Field(
        default=None,
        description="Version of the interface. Its presence says that LXD trusts the requirer.",
    )
    certificate: Certificate = Field(
        default=None, description="The certificate that LXD presents, to be pinned."
    )
    certificate_fingerprint: Fingerprint = Field(
        default=None, description="SHA-256 of the certificate that LXD presents."
    )
    addresses: str = Field(
        default=None,
        pattern=r"^[^\s,/]+:[0-9]+(,[^\s,/]+:[0-9]+)*$",
        description="Addresses of LXD, host:port, separated by commas.",
    )
    project: str = Field(
        default=None,
        min_length=1,
        description="Optional: the LXD project to work in. Absent if there is no one project.",
    )
    projects: str = Field(
        default=None,
        min_length=1,
        description="Optional: the LXD projects that are granted, separated by commas.",
    )
    registered_certificates: Json[list[str]] = Field(
        default=None,
        description="Optional: the certificates that LXD trusts, as they were written.",
    )
    rejected_certificates: Json[Annotated[list[RejectedItem], Field(min_length=1)]] = Field(
        default=None,
        description="Optional: what could not be registered, and why.",
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
    ] = Field(default=None, description="Optional: the state of each certificate.")
    provider_error: Json[ProviderError] = Field(
        default=None, description="Optional: why the provider cannot serve."
    )

    @model_validator(mode="after")
    def _is_complete(self) -> "ProviderData":
        connection = {"version", "certificate_fingerprint", "addresses"}
        missing = sorted(connection - self.model_fields_set)
        if 0 < len(missing) < len(connection):
            raise ValueError(f"must hold {', '.join(missing)} beside the others")
        return self


class RequirerData(BaseModel):
    version: Literal["1.0"] = Field(description="Version of the interface.")
    certificate: Certificate = Field(description="The certificate that LXD shall trust.")
    projects: str = Field(
        default=None,
        pattern=r"^[^\s,/'\"]+( *, *[^\s,/'\"]+)*$",
        description=(
            "Optional: the LXD projects to restrict the certificate to, separated by commas."
            " Without it, the certificate gets what the operator allows."
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
