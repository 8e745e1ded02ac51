import BureauAPI
import Checker
import Domain
import Engine
import FaultDisk
import Foundation
import GRPCCore
import Primitives
import Storage
import SwiftProtobuf
import Synchronization
import TestKit
import Testing

extension Crashes {
  /// The whole server on a disk that fails at one step after the other: callers are told to come
  /// again, and when they do, everything goes its way once.
  @Suite(.serialized) struct FaultyDiskTests {
    @Test(arguments: FaultDisk.Extent.allCases)
    func `O whichever step of the disk fails on a payment's way, it comes to its end once`(
      extent: FaultDisk.Extent
    ) async throws {
      let seed = faultSeed, disk = try FaultDisk()
      try await withOffice(disk: disk.name) { office in
        let way = PaymentWay(office: office, disk: disk)
        try await way.go(1)
        disk.count(.all)
        try await way.go(2)
        let count = disk.steps
        #expect(count > 200)
        var number = 2
        for step in chosenSteps(of: count, sample: 12, seed: seed) {
          number += 1
          // A consent ends after half a year, and each way takes a day.
          if number.isMultiple(of: 100) { try await office.alex.consents() }
          let place: Comment = "step \(step) of \(count), \(extent), SEED=\(seed)"
          disk.fail(step, extent, of: .all, as: number % 3 == 0 ? .full : .broken)
          do { try await way.go(number) } catch { Issue.record("\(place): \(error)") }
          disk.mend()
          let found = try await way.findings()
          #expect(found == [], place)
        }
        // What was held up by weekends and by the minute after a failure.
        let later = office.bureau.world.clock.now.adding(days: 14)
        try await office.bureau.turnClock(to: later.rfc3339)
        try await way.post()
        let found = try await way.findings(isSettled: true)
        #expect(found == [], "SEED=\(seed)")
        let refused = try await way.refused()
        #expect(office.bureau.executed.count + refused == number, "SEED=\(seed)")
        #expect(way.unclean == [], "SEED=\(seed)")
        #expect(way.failures > 0, "no caller has ever heard of a failure, SEED=\(seed)")
        // And the disk itself, had the power gone at the end.
        let after = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: after, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: after) }
        try disk.cutPower(into: after.path, seed: seed)
        let left = try SQLiteTables(after.appending(path: "bureau.db").path)
        let onDisk = try await Checker.findings(
          in: left, acknowledged: way.log.all, bank: office.bureau.world.bankFolder,
          isSettled: true)
        #expect(onDisk == [], "SEED=\(seed)")
      }
    }

    @Test func `O a bureau is founded once, whichever step of the disk fails`() async throws {
      let seed = faultSeed, disk = try FaultDisk()
      try await withBureau(disk: disk.name) { first in
        let world = first.world, log = ClientLog()
        let citizen = try first.stranger()
        func found(_ number: Int) async throws {
          let token = "token-\(number)"
          world.bootstrap.issue(token)
          let request = TestBureau.request(
            "Bureau \(number)", citizen: citizen, id: "found-\(number)")
          let made = try await insisting(on: disk) {
            try await Bureau_V1_TenancyService.Client(wrapping: world.client)
              .createBureau(request, metadata: ["authorization": "Bearer \(token)"])
          }
          log.note(Acknowledgement(requestID: request.requestID, name: made.name, facts: 4))
        }
        disk.count(.all)
        try await found(1)
        let count = disk.steps
        var number = 1
        for extent in FaultDisk.Extent.allCases {
          for step in chosenSteps(of: count, sample: 12, seed: seed) {
            number += 1
            disk.fail(step, extent, of: .all)
            do { try await found(number) } catch {
              Issue.record("step \(step) of \(count), \(extent), SEED=\(seed): \(error)")
            }
            disk.mend()
          }
        }
        #expect(log.all.count == number)
        let found = try await findings(world, log)
        #expect(found == [], "SEED=\(seed)")
      }
    }
  }
}

/// Asks until there is an answer, as a careful client does: the same request again where the server
/// says that it cannot just now. The disk is mended after the first failure.
private func insisting<Answer>(
  on disk: FaultDisk, failed: (Refused) -> Void = { _ in }, _ call: () async throws -> Answer
) async throws -> Answer {
  for _ in 0..<3 {
    do { return try await Refused.calling(call) } catch let refused as Refused {
      failed(refused)
      guard [.unavailable, .resourceExhausted].contains(refused.code) else { throw refused }
      disk.mend()
    }
  }
  return try await Refused.calling(call)
}

private func findings(
  _ world: World, _ log: ClientLog, bank: URL? = nil, isSettled: Bool = false
) async throws -> [String] {
  let copies = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: copies, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: copies) }
  return try await Checker.findings(
    in: try SQLiteTables.copy(of: world.databaseFile.path, into: copies.path),
    acknowledged: log.all,
    bank: bank, isSettled: isSettled)
}

/// One payment after the other: imported, acknowledged, signed, sent, answered, posted.
private final class PaymentWay: Sendable {
  let office: Office
  let disk: FaultDisk
  let log = ClientLog()
  private let state = Mutex<(failures: Int, unclean: [String])>((0, []))

  init(office: Office, disk: FaultDisk) {
    self.office = office
    self.disk = disk
  }

  /// How often a caller was told to come again.
  var failures: Int { state.withLock { $0.failures } }
  /// What callers were told that is no clear answer.
  var unclean: [String] { state.withLock { $0.unclean } }

  private func insist<Answer>(_ call: () async throws -> Answer) async throws -> Answer {
    try await insisting(on: disk) { refused in
      state.withLock {
        $0.failures += 1
        if refused.code == .internalError || refused.code == .unknown {
          $0.unclean.append("\(refused)")
        }
      }
    } _: {
      try await call()
    }
  }

  func findings(isSettled: Bool = false) async throws -> [String] {
    try await CrashTests.findings(
      office.bureau.world, log, bank: office.bureau.world.bankFolder, isSettled: isSettled)
  }

  func go(_ number: Int) async throws {
    let bureau = office.bureau, world = bureau.world
    let tomorrow = world.clock.now.date(in: .centralEuropean).adding(days: 1)
    let company = try bureau.company
    let invoice = SupplierInvoice(number: "\(number)").with { $0.due = tomorrow.iso }
    let importing = Bureau_V1_ImportInvoiceRequest.with {
      $0.parent = company.name
      $0.content = Data(invoice.ubl.utf8)
      $0.requestID = "import-\(number)"
    }
    let payment = try await insist {
      try await office.kim.calls { try await $0.payments.importInvoice(importing, metadata: $1) }
    }
    log.note(Acknowledgement(requestID: importing.requestID, name: payment.name, facts: 2))
    let id = "acknowledge-\(number)"
    _ = try await insist {
      try await office.kim.calls { connection, metadata in
        try await connection.payments.acknowledgePayment(
          .with {
            $0.name = payment.name
            $0.requestID = id
          }, metadata: metadata)
      }
    }
    log.note(Acknowledgement(requestID: id, name: payment.name, facts: 1))
    try await sign(payment)
    try await wait(until: "\(tomorrow.iso)T18:00:00Z")
    try await post()
  }

  /// A signature whose answer the disk did not take is given once more.
  private func sign(_ payment: Bureau_V1_Payment) async throws {
    for attempt in 1...3 {
      do {
        let order = try await insist { try await office.alex.startsSigning(payment) }
        try await office.bureau.world.approve(order.qrText, as: office.alex.citizen)
        // An answer that BankID told once and the disk did not take: the order has failed.
        if try await insist({ try await office.alex.collects(order) }).state == .complete { return }
      } catch let refused as Refused where attempt < 3 {
        // Collected at BankID, and then not kept; or done, and only the answer was lost.
        disk.mend()
        let now = try await insist { try await office.kim.sees(payment) }
        if now.state == .signed || now.state == .processing { return }
        guard [.failedPrecondition, .notFound, .unavailable].contains(refused.code) else {
          throw refused
        }
      }
    }
    throw TestFault("\(payment.name) could not be signed")
  }

  private func wait(until time: String) async throws {
    for attempt in 1...3 {
      do { return try await office.bureau.turnClock(to: time) } catch let error as EngineError
        where attempt < 3
      {
        guard [.unavailable, .full].contains(error.kind) else { throw error }
        state.withLock { $0.failures += 1 }
        disk.mend()
      }
    }
  }

  /// Payments that the bank has refused: a file that was held back past its day comes too late for
  /// it. That is told, and nothing is lost.
  func refused() async throws -> Int { try await payments().count { $0.state == .error } }

  private func payments() async throws -> [Bureau_V1_Payment] {
    let parent = try office.bureau.company.name
    return try await insist {
      try await office.kim.calls { connection, metadata in
        try await connection.payments.listPayments(
          .with {
            $0.parent = parent
            $0.pageSize = 500
          }, metadata: metadata)
      }
    }.payments
  }

  /// Posts what the bank has paid by now.
  func post() async throws {
    for payment in try await payments() where payment.state == .paid {
      let id = "post-\(payment.name.suffix(32))"
      let voucher = try await insist {
        try await office.kim.calls { connection, metadata in
          try await connection.postings.postPayment(
            .with {
              $0.name = payment.name
              $0.requestID = id
            }, metadata: metadata)
        }
      }
      log.note(Acknowledgement(requestID: id, name: voucher.name, facts: 1))
    }
  }
}

extension EngineError {
  fileprivate enum Kind { case unavailable, full, other }
  fileprivate var kind: Kind {
    switch self {
    case .unavailable: .unavailable
    case .full: .full
    default: .other
    }
  }
}
