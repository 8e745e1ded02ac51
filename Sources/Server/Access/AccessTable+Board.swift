extension AccessTable {
  static let board: [AccessRule] = [
    // A company without a role of the caller's is not on it.
    rule("BoardService", "ListBoard", .member)
  ]
}
