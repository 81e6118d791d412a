"""The messages and stubs of gradcam.v1, made of the protos by generate.sh."""
