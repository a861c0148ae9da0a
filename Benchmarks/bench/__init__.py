"""What Benchmarks/run is made of; README.md says what is measured and how."""
