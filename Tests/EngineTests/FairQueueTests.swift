import Testing

@testable import Engine

@Suite struct FairQueueTests {
  private static let loud = Turn.bureau(Ledger.one)
  private static let quiet = Turn.bureau(Ledger.two)
  private static let third = Turn.platform

  private func queue(
    limit: Int = 100, share: Int = 100, inFlight: Int = 100
  ) -> FairQueue<String> {
    FairQueue(limit: limit, share: share, inFlight: inFlight)
  }

  /// What comes out until nothing more does, each finished at once.
  private func drained(_ queue: inout FairQueue<String>) -> [String] {
    var order: [String] = []
    while let taken = queue.take() {
      order.append(taken.element)
      queue.finish(taken)
    }
    return order
  }

  @Test func `turns are served in rotation, however many wait in one`() {
    var queue = queue()
    for number in 1...5 { _ = queue.append("a\(number)", of: Self.loud) }
    for number in 1...2 { _ = queue.append("b\(number)", of: Self.quiet) }
    _ = queue.append("c1", of: Self.third)
    let order = drained(&queue)
    #expect(order == ["a1", "b1", "c1", "a2", "b2", "a3", "a4", "a5"])
    #expect(queue.isEmpty)
  }

  @Test func `a turn waits in its share of the places and no more`() {
    var queue = queue(limit: 10, share: 5)
    for number in 1...5 {
      guard case .admitted = queue.append("a\(number)", of: Self.loud) else {
        Issue.record("refused before its share was full")
        return
      }
    }
    guard case .shareIsFull = queue.append("a6", of: Self.loud) else {
      Issue.record("admitted beyond its share")
      return
    }
    guard case .admitted(_, nil) = queue.append("b1", of: Self.quiet) else {
      Issue.record("another turn was refused")
      return
    }
    #expect(queue.count == 6)
  }

  @Test func `in a full queue the last of the longest line makes room for a newcomer`() {
    var queue = queue(limit: 8, share: 4)
    for number in 1...4 {
      _ = queue.append("a\(number)", of: Self.loud)
      _ = queue.append("b\(number)", of: Self.quiet)
    }
    var gone: [String] = []
    for number in 1...2 {
      if case .admitted(_, let displaced?) = queue.append("c\(number)", of: Self.third) {
        gone.append(displaced)
      }
    }
    #expect(gone == ["a4", "b4"])
    #expect(queue.count == 8, "the bound holds")
    guard case .full = queue.append("c3", of: Self.third) else {
      Issue.record("a line as long as the longest took a place")
      return
    }
    let order = drained(&queue)
    #expect(order == ["a1", "b1", "c1", "a2", "b2", "c2", "a3", "b3"])
  }

  @Test func `what a turn has in flight is bounded, and it goes on when one is done`() {
    var queue = queue(inFlight: 2)
    for number in 1...4 { _ = queue.append("a\(number)", of: Self.loud) }
    _ = queue.append("b1", of: Self.quiet)
    var taken: [FairQueue<String>.Taken] = []
    while let next = queue.take() { taken.append(next) }
    #expect(taken.map(\.element) == ["a1", "b1", "a2"])
    #expect(queue.count == 2)
    queue.finish(taken[1])
    let afterAnother = queue.hasNext()
    #expect(!afterAnother, "another turn's end frees nothing for this one")
    queue.finish(taken[0])
    taken = []
    while let next = queue.take() { taken.append(next) }
    #expect(taken.map(\.element) == ["a3"])
  }

  @Test func `batches know no bounds and take nobody's place`() {
    var queue = queue(limit: 2, share: 1, inFlight: 1)
    for number in 1...5 { _ = queue.append("batch\(number)", of: .batch) }
    guard case .admitted(_, nil) = queue.append("a1", of: Self.loud),
      case .admitted(_, nil) = queue.append("b1", of: Self.quiet)
    else {
      Issue.record("batches took the places of others")
      return
    }
    var inFlight: [String] = []
    while let taken = queue.take() { inFlight.append(taken.element) }
    #expect(inFlight == ["batch1", "a1", "b1", "batch2", "batch3", "batch4", "batch5"])
  }

  @Test func `who gives up is not served and does not hold a place`() {
    var queue = queue(limit: 4, share: 2)
    guard case .admitted(let seat, _) = queue.append("a1", of: Self.loud) else {
      Issue.record("refused")
      return
    }
    _ = queue.append("a2", of: Self.loud)
    _ = queue.append("b1", of: Self.quiet)
    queue.remove(seat)
    queue.remove(seat)
    #expect(queue.count == 2)
    guard case .admitted = queue.append("a3", of: Self.loud) else {
      Issue.record("the place was not given back")
      return
    }
    let order = drained(&queue)
    #expect(order == ["a2", "b1", "a3"])
  }

  @Test func `an old seat takes nobody out of a line that has passed on`() {
    var queue = queue()
    guard case .admitted(let seat, _) = queue.append("a1", of: Self.loud) else { return }
    _ = queue.take().map { queue.finish($0) }
    _ = queue.append("b1", of: Self.quiet)
    queue.remove(seat)
    let order = drained(&queue)
    #expect(order == ["b1"])
  }

  @Test func `a line that only its callers have left is gone`() {
    var queue = queue()
    for _ in 0..<10_000 {
      guard case .admitted(let seat, _) = queue.append("a", of: Self.loud) else { return }
      queue.remove(seat)
    }
    let isLeft = queue.hasNext()
    #expect(!isLeft)
    _ = queue.append("b1", of: Self.quiet)
    let order = drained(&queue)
    #expect(order == ["b1"])
  }

  @Test(arguments: [1, 2, 3])
  func `a queue with gaps is like a list, whatever is done to it`(seed: UInt64) {
    var random = Steps(state: seed)
    var fifo = FIFO<Int>()
    var model: [(number: Int, element: Int)] = []
    for step in 0..<20_000 {
      switch random.next() % 7 {
      case 0, 1, 2: model.append((fifo.append(step), step))
      case 3:
        let first = fifo.popFirst()
        #expect(first == (model.isEmpty ? nil : model.removeFirst().element))
      case 4:
        let last = fifo.popLast()
        #expect(last == model.popLast()?.element)
      default:
        guard !model.isEmpty else { continue }
        let gone = model.remove(at: Int(random.next() % UInt64(model.count)))
        let removed = fifo.remove(gone.number), again = fifo.remove(gone.number)
        #expect(removed == gone.element)
        #expect(again == nil)
      }
      #expect(fifo.count == model.count)
    }
    while let element = fifo.popFirst() { #expect(element == model.removeFirst().element) }
    #expect(model.isEmpty)
  }
}

/// SplitMix64: the same steps for the same seed.
private struct Steps {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
