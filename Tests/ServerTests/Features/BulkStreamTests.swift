import GRPCCore
import Server
import Synchronization
import Testing

/// What holds for every stream of items, without a server.
@Suite(.timeLimit(.minutes(10)))
struct BulkStreamTests {
  /// Takes what is written.
  private final class Collected: RPCWriterProtocol {
    let outcomes = Mutex<[Int]>([])
    let failure: (any Error)?

    init(failure: (any Error)? = nil) { self.failure = failure }

    func write(_ element: Int) async throws { try await write(contentsOf: [element]) }
    func write(contentsOf elements: some Sequence<Int>) async throws {
      if let failure { throw failure }
      let all = Array(elements)
      outcomes.withLock { $0 += all }
    }
    var all: [Int] { outcomes.withLock { $0.sorted() } }
  }

  /// Lets pass whom it was told to, and counts who waits.
  private final class Gate: Sendable {
    private struct State {
      var waiting: [CheckedContinuation<Void, Never>] = []
      var most = 0
      var isOpen = false
    }
    private let state = Mutex(State())

    var most: Int { state.withLock(\.most) }
    var waiting: Int { state.withLock(\.waiting.count) }

    func pass() async {
      await withCheckedContinuation { continuation in
        let isOpen = state.withLock { state in
          if !state.isOpen { state.waiting.append(continuation) }
          state.most = max(state.most, state.waiting.count)
          return state.isOpen
        }
        if isOpen { continuation.resume() }
      }
    }

    /// Waits until as many wait at the gate.
    func gathers(_ count: Int) async { while waiting < count { await Task.yield() } }

    func open() {
      let waiting = state.withLock { state in
        state.isOpen = true
        defer { state.waiting = [] }
        return state.waiting
      }
      for continuation in waiting { continuation.resume() }
    }
  }

  private struct Broken: Error {}

  private static func sequence(
    _ stream: AsyncThrowingStream<Int, any Error>
  ) -> RPCAsyncSequence<Int, any Error> { RPCAsyncSequence(wrapping: stream) }

  private static func limits(items: Int, bytes: Int = 1 << 20) -> BulkLimits {
    var limits = BulkLimits()
    limits.items = items
    limits.bytes = bytes
    return limits
  }

  @Test(arguments: [(4, 1 << 20, 1, 4), (100, 10, 3, 4), (100, 10, 50, 1)])
  func `no more is at work than the limits allow, and the rest is not read`(
    items: Int, bytes: Int, size: Int, atWork: Int
  ) async throws {
    let gate = Gate(), collected = Collected(), read = Mutex(0)
    let source = AsyncThrowingStream<Int, any Error>(unfolding: {
      read.withLock { number in
        number += 1
        return number <= 40 ? number : nil
      }
    })
    let stream = BulkStream(limits: Self.limits(items: items, bytes: bytes)) { (_: Int) in
      size
    } work: { item in
      await gate.pass()
      return item
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await stream.run(Self.sequence(source), into: RPCWriter(wrapping: collected))
      }
      await gate.gathers(atWork)
      // One more may have been read, and waits for room.
      #expect(read.withLock { $0 } <= atWork + 1)
      gate.open()
      try await group.waitForAll()
    }
    #expect(gate.most == atWork)
    #expect(collected.all == Array(1...40))
  }

  @Test func `outcomes go out while the sender is silent`() async throws {
    let (source, sender) = AsyncThrowingStream<Int, any Error>.makeStream()
    let collected = Collected()
    let stream = BulkStream(limits: Self.limits(items: 8)) { (_: Int) in
      1
    } work: {
      $0
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await stream.run(Self.sequence(source), into: RPCWriter(wrapping: collected))
      }
      for item in 1...3 {
        sender.yield(item)
        while collected.all.count < item { await Task.yield() }
      }
      sender.finish()
      try await group.waitForAll()
    }
    #expect(collected.all == [1, 2, 3])
  }

  @Test func `an item that ends the stream leaves the others their outcomes`() async throws {
    let (source, sender) = AsyncThrowingStream<Int, any Error>.makeStream()
    let gate = Gate(), collected = Collected()
    let stream = BulkStream(limits: Self.limits(items: 8)) { (_: Int) in
      1
    } work: { item in
      await gate.pass()
      if item == 2 { throw Broken() }
      return item
    }
    for item in 1...4 { sender.yield(item) }
    // The sender does not end the stream: the failure must.
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        await #expect(throws: Broken.self) {
          try await stream.run(Self.sequence(source), into: RPCWriter(wrapping: collected))
        }
      }
      await gate.gathers(4)
      gate.open()
      await group.waitForAll()
    }
    #expect(collected.all == [1, 3, 4])
  }

  @Test func `what is at work when the call is cancelled is finished and told`() async throws {
    let (source, sender) = AsyncThrowingStream<Int, any Error>.makeStream()
    let gate = Gate(), collected = Collected()
    let stream = BulkStream(limits: Self.limits(items: 8)) { (_: Int) in
      1
    } work: { item in
      await gate.pass()
      return item
    }
    for item in 1...3 { sender.yield(item) }
    let error = await #expect(throws: RPCError.self) {
      try await withServerContextRPCCancellationHandle { handle in
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            try await stream.run(Self.sequence(source), into: RPCWriter(wrapping: collected))
          }
          await gate.gathers(3)
          handle.cancel()
          gate.open()
          try await group.waitForAll()
        }
      }
    }
    #expect(error?.code == .unavailable)
    #expect(collected.all == [1, 2, 3])
  }

  @Test func `a receiver that is gone ends the stream`() async throws {
    let (source, sender) = AsyncThrowingStream<Int, any Error>.makeStream()
    let stream = BulkStream(limits: Self.limits(items: 8)) { (_: Int) in
      1
    } work: {
      $0
    }
    for item in 1...20 { sender.yield(item) }
    await #expect(throws: Broken.self) {
      try await stream.run(
        Self.sequence(source), into: RPCWriter(wrapping: Collected(failure: Broken())))
    }
  }

  @Test func `a sender that breaks off ends the stream with its reason`() async throws {
    let (source, sender) = AsyncThrowingStream<Int, any Error>.makeStream()
    let collected = Collected()
    let stream = BulkStream(limits: Self.limits(items: 8)) { (_: Int) in
      1
    } work: {
      $0
    }
    sender.yield(1)
    sender.finish(throwing: Broken())
    await #expect(throws: Broken.self) {
      try await stream.run(Self.sequence(source), into: RPCWriter(wrapping: collected))
    }
    #expect(collected.all == [1])
  }
}
