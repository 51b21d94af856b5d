variable "app_name" {
  description = "Name of the application."
  type        = string
  default     = "lxd-integrator"
  nullable    = false
}

variable "base" {
  description = "Base of the application's machines."
  type        = string
  default     = "ubuntu@24.04"
  nullable    = false

  validation {
    condition     = contains(["ubuntu@22.04", "ubuntu@24.04", "ubuntu@26.04"], var.base)
    error_message = "The charm supports the bases ubuntu@22.04, ubuntu@24.04 and ubuntu@26.04."
  }
}

variable "channel" {
  description = "Channel of the charm on Charmhub."
  type        = string
  nullable    = false
}

variable "config" {
  description = "Options of the charm."
  type        = map(string)
  default     = {}
  nullable    = false
  # It may hold the private key lxd_client_key, or a trust token.
  sensitive = true

  validation {
    condition = length(setsubtract(keys(var.config), [
      "credentials-secret",
      "expiry-warning-days",
      "lxd_client_cert",
      "lxd_client_key",
      "lxd_endpoint",
      "lxd_server_cert",
      "projects",
      "trust-token",
    ])) == 0
    error_message = "The charm has the options credentials-secret, expiry-warning-days, lxd_client_cert, lxd_client_key, lxd_endpoint, lxd_server_cert, projects and trust-token."
  }
}

variable "constraints" {
  description = "Constraints of the application's machines. The charm exists for amd64 and arm64."
  type        = string
  default     = "arch=amd64"
  nullable    = false
}

variable "machines" {
  description = "Ids of the machines for the units. They replace `units`."
  type        = set(string)
  default     = null
}

variable "model_uuid" {
  description = "UUID of the model."
  type        = string
  nullable    = false
}

variable "revision" {
  description = "Revision of the charm on Charmhub. Null means the latest of the channel."
  type        = number
  default     = null
}

variable "trust" {
  description = "Whether the charm gets the credential of Juju's cloud, as with `juju trust`."
  type        = bool
  default     = false
  nullable    = false
}

variable "units" {
  description = "Number of units."
  type        = number
  default     = 1
  nullable    = false
}
