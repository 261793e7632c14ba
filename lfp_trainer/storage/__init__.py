"""What is remembered: tables, connections, migrations. No rules of practice, no requests."""
