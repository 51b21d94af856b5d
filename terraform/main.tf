resource "juju_application" "lxd_integrator" {
  name        = var.app_name
  model_uuid  = var.model_uuid
  config      = var.config
  constraints = var.constraints
  trust       = var.trust

  # Without machines, Juju makes a machine for each unit.
  machines = var.machines
  units    = var.machines == null ? var.units : null

  charm {
    name     = "lxd-integrator"
    base     = var.base
    channel  = var.channel
    revision = var.revision
  }
}
