"""What the tests of the mesh stand on."""
