output "app_name" {
  description = "Name of the application."
  value       = juju_application.lxd_integrator.name
}

output "application" {
  description = "The application."
  value       = juju_application.lxd_integrator
  # It holds the options.
  sensitive = true
}

output "provides" {
  description = "Endpoints that the charm provides."
  value = {
    api       = "api"
    cos_agent = "cos-agent"
    https     = "https"
  }
}

output "requires" {
  description = "Endpoints that the charm requires: none."
  value       = {}
}
