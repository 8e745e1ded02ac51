import BureauAPI
import Domain
import Foundation
import GRPCCore
import Primitives
import Storage
import SwiftProtobuf
import Synchronization
import EngineKit
import TestKit
import Testing

/// What was shown at a moment is shown again for ever, when asked for as of that moment.
@Suite(.everyEngine) struct AsOfStories {
  /// Everything that the API tells of a company, by what it is; as of a moment, or now.
  private static func look(_ robin: Person, _ asOf: Instant? = nil) async throws
    -> [String: [String]]
  {
    let parent = try robin.bureau.company.name
    let time = asOf.map { moment -> Google_Protobuf_Timestamp in
      .with {
        $0.seconds = moment.microseconds / 1_000_000
        $0.nanos = Int32(moment.microseconds % 1_000_000) * 1_000
      }
    }
    return try await robin.calls { connection, metadata in
      var seen: [String: [String]] = [:]
      let payments = try await connection.payments.listPayments(
        .with {
          $0.parent = parent
          if let time { $0.asOfTime = time }
        }, metadata: metadata
      ).payments
      seen["payments"] = texts(payments)
      for payment in payments {
        let one = try await connection.payments.getPayment(
          .with {
            $0.name = payment.name
            if let time { $0.asOfTime = time }
          }, metadata: metadata)
        seen[payment.name] = texts([one])
      }
      let agreements = try await connection.agreements.listAgreements(
        .with {
          $0.parent = parent
          if let time { $0.asOfTime = time }
        }, metadata: metadata
      ).agreements
      seen["agreements"] = texts(agreements)
      for agreement in agreements {
        let one = try await connection.agreements.getAgreement(
          .with {
            $0.name = agreement.name
            if let time { $0.asOfTime = time }
          }, metadata: metadata)
        seen[agreement.name] = texts([one])
      }
      let consents = try await connection.consents.listConsents(
        .with {
          $0.parent = parent
          if let time { $0.asOfTime = time }
        }, metadata: metadata
      ).consents
      seen["consents"] = texts(consents)
      for consent in consents {
        let one = try await connection.consents.getConsent(
          .with {
            $0.name = consent.name
            if let time { $0.asOfTime = time }
          }, metadata: metadata)
        seen[consent.name] = texts([one])
      }
      let bank = try await lookAtBank(parent, time, connection, metadata)
      return seen.merging(bank) { $1 }
    }
  }

  private static func lookAtBank(
    _ parent: String, _ time: Google_Protobuf_Timestamp?, _ connection: Connection,
    _ metadata: Metadata
  ) async throws -> [String: [String]] {
    var seen: [String: [String]] = [:]
    let transfers = try await connection.transfers.listTransfers(
      .with {
        $0.parent = parent
        if let time { $0.asOfTime = time }
      }, metadata: metadata
    ).transfers
    seen["transfers"] = texts(transfers)
    for transfer in transfers {
      let one = try await connection.transfers.getTransfer(
        .with {
          $0.name = transfer.name
          if let time { $0.asOfTime = time }
        }, metadata: metadata)
      #expect(!one.content.isEmpty)
      seen[transfer.name] = texts([one])
    }
    let files = try await connection.statements.listReturnFiles(
      .with {
        $0.parent = parent
        if let time { $0.asOfTime = time }
      }, metadata: metadata
    ).returnFiles
    seen["files"] = texts(files)
    let vouchers = try await connection.postings.listVouchers(
      .with {
        $0.parent = parent
        if let time { $0.asOfTime = time }
      }, metadata: metadata
    ).vouchers
    seen["vouchers"] = texts(vouchers)
    for voucher in vouchers {
      let one = try await connection.postings.getVoucher(
        .with {
          $0.name = voucher.name
          if let time { $0.asOfTime = time }
        }, metadata: metadata)
      seen[voucher.name] = texts([one])
    }
    let roles = try await connection.tenancy.listRoleAssignments(
      .with {
        $0.parent = parent
        if let time { $0.asOfTime = time }
      }, metadata: metadata
    ).roleAssignments
    seen["roles"] = texts(roles)
    return seen
  }

  private static func texts(_ messages: [any Message]) -> [String] {
    messages.map { $0.textFormatString() }
  }

  /// What was seen when, in order.
  private final class Diary: Sendable {
    private let bureau: TestBureau
    private let robin: Person
    private let pages = Mutex<[(time: Instant, seen: [String: [String]])]>([])
    private let heads = Mutex<[JournalHead]>([])

    init(_ bureau: TestBureau) throws {
      self.bureau = bureau
      robin = try bureau.administrator
    }

    var all: [(time: Instant, seen: [String: [String]])] { pages.withLock { $0 } }

    /// A page for this moment, if anything has happened since the last one.
    func write() async throws {
      let now = bureau.world.clock.now, journals = try await bureau.journals()
      guard heads.withLock({ $0 != journals }) else { return }
      heads.withLock { $0 = journals }
      let seen = try await look(robin)
      pages.withLock { pages in
        pages.removeAll { $0.time == now }
        pages.append((now, seen))
      }
    }

    /// One step of the story, a second after the one before.
    func step<Result>(_ body: () async throws -> Result) async throws -> Result {
      bureau.world.clock.turn(to: bureau.world.clock.now.adding(seconds: 1))
      let result = try await body()
      try await write()
      return result
    }
  }

  /// From the first role to a voucher, with what goes wrong on the way.
  private static func tell(_ bureau: TestBureau, _ diary: Diary) async throws {
    try await diary.write()
    let robin = try bureau.administrator
    let kim = try await diary.step { try await bureau.accountant("Kim") }
    let alex = try await diary.step { try await bureau.approver("Alex") }
    let agreement = try await diary.step { try await kim.registersAgreement(signer: alex) }
    _ = try await diary.step { try await alex.signs(agreement) }
    _ = try await diary.step { try await alex.consents() }
    let first = try await diary.step { try await kim.imports(SupplierInvoice()) }
    let second = try await diary.step { try await kim.imports(SupplierInvoice(number: "4711")) }
    _ = try await diary.step { try await kim.acknowledges(first) }
    _ = try await diary.step { try await kim.deletes(second) }
    let role = try await diary.step { try await robin.gives(kim, .reader, at: bureau.company) }
    _ = try await diary.step { try await kim.restores(second) }
    _ = try await diary.step { try await alex.signs(first) }
    try await diary.step { try await robin.takesAway(role) }
    try await bureau.turnClock(to: "2026-03-16T18:00:00Z") { try await diary.write() }
    _ = try await diary.step { try await kim.posts(first) }
    let consent = try #require(try await alex.seesConsents().first)
    try await diary.step { try await alex.revokes(consent: consent.name) }
  }

  @Test func `as of each moment of a long story all is shown as it was shown then (J)`()
    async throws
  {
    try await withBureau(at: "2026-03-02T08:00:00Z") { bureau in
      let diary = try Diary(bureau)
      try await Self.tell(bureau, diary)
      let pages = diary.all, robin = try bureau.administrator
      // Each moment at which something happened has its page.
      let facts = try await bureau.facts() + bureau.facts(of: bureau.company)
      let silent = Set(facts.map(\.time)).subtracting(pages.map(\.time))
      #expect(silent.isEmpty && pages.count >= 16, "\(silent)")
      #expect(pages.last?.seen["vouchers"]?.count == 1)

      let journals = try await bureau.journals()
      for page in pages {
        let again = try await Self.look(robin, page.time)
        for (what, seen) in page.seen {
          #expect(again[what] == seen, "\(what) as of \(page.time)")
        }
        #expect(again.count == page.seen.count)
      }
      // Just before a moment the world is as it was at the moment before.
      for (earlier, later) in zip(pages, pages.dropFirst()) {
        let eve = Instant(microseconds: later.time.microseconds - 1)
        let again = try await Self.look(robin, eve)
        #expect(Set(again.keys) == Set(earlier.seen.keys), "\(eve)")
        #expect(again["roles"] == earlier.seen["roles"], "\(eve)")
      }
      #expect(try await bureau.journals() == journals)
    }
  }
}
