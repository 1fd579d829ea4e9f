"""What stands behind the links of the register and of the answers: copies that are kept, and links that die."""
