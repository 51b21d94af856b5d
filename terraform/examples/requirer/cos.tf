# The collector of Canonical Observability Stack beside the charm, if there are offers to send to.

locals {
  has_cos = length(var.cos_offers) > 0
}

resource "juju_application" "collector" {
  count = local.has_cos ? 1 : 0

  name       = "opentelemetry-collector"
  model_uuid = juju_model.lxd.uuid
  trust      = true

  charm {
    name    = "opentelemetry-collector"
    channel = var.collector_channel
  }
}

resource "juju_integration" "collector" {
  count = local.has_cos ? 1 : 0

  model_uuid = juju_model.lxd.uuid

  application {
    name     = module.lxd_integrator.app_name
    endpoint = module.lxd_integrator.provides.cos_agent
  }

  application {
    name     = juju_application.collector[0].name
    endpoint = "cos-agent"
  }
}

resource "juju_integration" "cos" {
  for_each = var.cos_offers

  model_uuid = juju_model.lxd.uuid

  application {
    name     = juju_application.collector[0].name
    endpoint = each.key
  }

  application {
    offer_url = each.value
  }
}
