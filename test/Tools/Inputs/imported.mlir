// Nobody sees this.

// y = x W.
// Of vectors.
dpsims.block @Linear<in: int,
    out: int = 3>(%x) {
  return %x
}

dpsims.program @run<batch: int> {
}
