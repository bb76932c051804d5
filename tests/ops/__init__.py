"""What watches the service: rules, alerts, notifications and dashboards, by the real tools."""
