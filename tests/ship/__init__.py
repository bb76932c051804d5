"""What is shipped: the image, the compose file, the manifests, and the scripts that deploy them."""
