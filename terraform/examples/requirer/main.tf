# A model on LXD with the charm, and a requirer that is related to it.

resource "juju_model" "lxd" {
  name = var.model_name

  cloud {
    name = var.cloud
  }
}

module "lxd_integrator" {
  source     = "../.."
  model_uuid = juju_model.lxd.uuid
  channel    = var.channel
  trust      = true
}

resource "juju_application" "requirer" {
  name       = "requirer"
  model_uuid = juju_model.lxd.uuid

  charm {
    name    = var.requirer_charm
    channel = var.requirer_channel
  }
}

resource "juju_integration" "lxd" {
  model_uuid = juju_model.lxd.uuid

  application {
    name     = module.lxd_integrator.app_name
    endpoint = module.lxd_integrator.provides.api
  }

  application {
    name     = juju_application.requirer.name
    endpoint = var.requirer_endpoint
  }
}
