variable "channel" {
  description = "Channel of lxd-integrator on Charmhub."
  type        = string
}

variable "cloud" {
  description = "Name of the cloud: LXD, as Juju knows it."
  type        = string
  default     = "localhost"
}

variable "collector_channel" {
  description = "Channel of opentelemetry-collector on Charmhub."
  type        = string
  default     = "2/stable"
}

variable "cos_offers" {
  description = "URLs of the offers of COS, by the collector's endpoint. Empty for no collector."
  type        = map(string)
  default     = {}
}

variable "model_name" {
  description = "Name of the model."
  type        = string
  default     = "lxd"
}

variable "requirer_channel" {
  description = "Channel of the requirer on Charmhub."
  type        = string
}

variable "requirer_charm" {
  description = "Name of a charm with an endpoint of the interface `lxd`."
  type        = string
}

variable "requirer_endpoint" {
  description = "Name of this endpoint."
  type        = string
  default     = "lxd"
}
