import Domain
import Engine
import EngineSQLite
import Foundation
import Primitives
import Server
import Storage
import Synchronization

/// `fair_share`: what a quiet bureau gets done while another asks for ten times its share, beside
/// what is its due: half of all that is done, or what it does alone where that is less.
///
/// Each command locks its bureau's journal, appends a fact with its projection and its request id,
/// and is durable before its caller goes on. First come, first served would give the quiet one two
/// elevenths of its share.
struct FairShare: Sendable {
  static let row = BenchRow(names: ["fair_share"]) { load, folder in
    [try await FairShare(load: load, folder: folder).measure()]
  }

  /// As many as share a commit: so the quiet one always waits for something, as its share is.
  private static let quietCallers = 64
  private static let loudCallers = 10 * quietCallers

  let load: Load
  let folder: URL

  /// One bureau's part of a round.
  private struct Part {
    var perSecond: Double
    var medianMicroseconds: Double
  }

  func measure() async throws -> Row {
    let database = try await Workload.open(folder.appending(path: "fair.db").path())
    let group = GroupCommit(database)
    let quiet = Bureau(number: 1), loud = Bureau(number: 2)
    var alone: [Part] = [], beside: [Part] = [], all: [Double] = []
    // The first round warms up and does not count.
    for round in 0...load.rounds {
      let single = try await run(quiet, group, count: load.commands)
      let (mine, total) = try await together(quiet, loud, group)
      if round == 0 { continue }
      alone.append(single)
      beside.append(mine)
      all.append(total)
    }
    await database.close()
    let rate = median(beside.map(\.perSecond)), aloneRate = median(alone.map(\.perSecond))
    let share = min(median(all) / 2, aloneRate)
    return Row(
      "fair_share", rate, "commands/s", beside: "half of all, or what it does alone", share,
      aim: 0.8,
      details: [
        "alone_commands_a_second": aloneRate, "all_commands_a_second": median(all),
        "median_us_alone": median(alone.map(\.medianMicroseconds)),
        "median_us": median(beside.map(\.medianMicroseconds)),
      ])
  }

  /// The quiet one's work while the loud one works without end; and all that was done a second.
  private func together(
    _ quiet: Bureau, _ loud: Bureau, _ group: GroupCommit
  ) async throws -> (quiet: Part, all: Double) {
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      let before = loud.done
      loud.isTired = false
      for _ in 0..<Self.loudCallers {
        tasks.addTask {
          while !loud.isTired { try await loud.command(group) }
        }
      }
      // From the moment at which the loud one has its queue full.
      while loud.done < before + Self.loudCallers { await Task.yield() }
      let start = ContinuousClock.now, atStart = loud.done + quiet.done
      let mine = try await run(quiet, group, count: load.commands)
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      let all = Double(loud.done + quiet.done - atStart) / seconds
      loud.isTired = true
      try await tasks.waitForAll()
      return (mine, all)
    }
  }

  private func run(_ bureau: Bureau, _ group: GroupCommit, count: Int) async throws -> Part {
    let times = Mutex<[Double]>([])
    let sample = try await measured {
      try await byCallers(Self.quietCallers, count: count) { _ in
        let start = ContinuousClock.now
        try await bureau.command(group)
        let took = (ContinuousClock.now - start) / .microseconds(1)
        times.withLock { $0.append(took) }
      }
    }
    return Part(
      perSecond: Double(count) / sample.seconds,
      medianMicroseconds: median(times.withLock { $0 }))
  }

  /// A bureau that makes users.
  private final class Bureau: Sendable {
    private let place: Place
    private let count = Atomic<Int>(0)
    private let ends = Atomic<Bool>(false)

    init(number: UInt64) {
      place = Place(bureau: TenantKey(high: 0xB1, low: number).id())
    }

    /// Whether those who work without end stop.
    var isTired: Bool {
      get { ends.load(ordering: .relaxed) }
      set { ends.store(newValue, ordering: .relaxed) }
    }

    /// Commands that are durable.
    var done: Int { count.load(ordering: .relaxed) }

    func command(_ group: GroupCommit) async throws {
      let id = Workload.sources.id(User.self), time = Workload.sources.now(), place = place
      try await group.submit(as: place.scope) { tx in
        let head = try Journal.lock(place, in: tx)
        let origin = Origin(
          place: place, actor: nil, session: nil, requestID: id.hex,
          requestDigest: Array(repeating: 1, count: 32), time: time,
          salt: { Workload.sources.random(16) })
        if try Requests.earlier(origin, in: tx) != nil { return }
        let user = User(
          id: id, kind: .service, displayName: "Accounting system", email: "",
          nationalIDDigest: nil, createTime: time)
        try Journal.append([.userCreated(UserCreated(user: user))], after: head, by: origin, in: tx)
      }
      count.add(1, ordering: .relaxed)
    }
  }
}
