"""Commands for those who build, ship and run the service; nothing of the service needs them."""
