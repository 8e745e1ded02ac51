import BureauAPI
import Domain
import Engine
import EngineKit
import Foundation
import GRPCCore
import Primitives
import Sealing
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// Sealed batches through the whole server (docs/sealing.md).
@Suite(.everyEngine) struct SubmissionTests {
  private static func refusals(_ bureau: TestBureau) async throws -> [SealRefused] {
    try await bureau.facts(of: try bureau.company).compactMap {
      if case .sealRefused(let fact) = $0.fact { fact } else { nil }
    }
  }

  @Test func `items of a sealed batch succeed or fail alone`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, secret = try SealingSecret.test(1)
      try await office.kim.makesKey(secret)
      var wrong = Bureau_V1_BatchPayment.elbolaget("2")
      wrong.creditorAccount.text = "86011117948"
      var red = Bureau_V1_BatchPayment.elbolaget("3")
      red.clearCreditorAccount()
      red.reference.text = Numbers.kid(3)
      var batch = bureau.batch(
        "B-1", .elbolaget(), wrong, red, .elbolaget(), .elbolaget("4", 1_000))
      batch.items.append(.with { $0.invoice = Data(SupplierInvoice(number: "5").ubl.utf8) })
      batch.items.append(.with { $0.invoice = Data("no invoice".utf8) })
      batch.items.append(Bureau_V1_BatchItem())
      // The same invoice as a document.
      batch.items.append(.with { $0.invoice = Data(SupplierInvoice(number: "104471").ubl.utf8) })
      batch.itemCount = Int32(batch.items.count)
      let answer = try await office.kim.submits(batch, sealedWith: secret)
      #expect(answer.results.map(\.number) == Array(1...9))
      let reasons = try answer.results.map { result -> String in
        guard case .error(let status) = result.result else { return "\(result.payment.state)" }
        return Refused(try RPCError(status)).reason
      }
      #expect(
        reasons == [
          "proposalComplete", "PAYMENT_ACCOUNT_INVALID", "proposalIncomplete",
          "INVOICE_DUPLICATE", "proposalOpenItems", "proposalOpenItems", "INVOICE_UNREADABLE",
          "BATCH_ITEM_EMPTY", "INVOICE_DUPLICATE",
        ])
      // What was taken is paid like any other payment.
      let first = try #require(answer.results.first?.payment)
      try await office.alex.signs(first)
      try await bureau.bankSettles(on: "2026-03-16")
      #expect(try await office.kim.sees(first).state == .paid)
      #expect(bureau.executed.count == 1)
      // The sealed bytes are kept under the digest that the fact names.
      let place = try bureau.company.place
      let kept = try await bureau.world.database.read(as: place.scope) { tx in
        try SubmissionTables.load("B-1", of: place, in: tx).flatMap {
          try Blobs.load($0.digest, of: place, in: tx)
        }
      }
      let company = try bureau.company.name
      #expect(
        kept
          == batch.canonical(company: company, keyFingerprint: secret.publicKey.fingerprint).bytes)
    }
  }

  @Test func `each refused seal takes nothing and stands in the journal (K-05)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, kim = office.kim
      let first = try await kim.makesKey(try .test(1))
      let second = try await kim.rotates(first, to: try .test(2))
      let other = try await bureau.makeCompany("Fremmed AS")
      let lee = try await bureau.accountant("Lee", at: other)
      try await lee.makesKey(try .test(3), at: other)
      let good = try SealingSecret.test(2), batch = bureau.batch()
      func expect(
        _ reason: String, _ batch: Bureau_V1_Batch, _ secret: SealingSecret?,
        _ change: (inout Bureau_V1_SubmitBatchRequest) -> Void = { _ in }
      ) async throws {
        let refused = await #expect(throws: Refused.self) {
          try await kim.submits(batch, sealedWith: secret, changed: change)
        }
        #expect(refused?.reason == reason)
        let last = try #require(try await Self.refusals(bureau).last)
        #expect(last.reason == reason && last.batchID == batch.batchID)
        #expect(last.keyFingerprint == secret?.publicKey.fingerprint ?? "")
      }
      try await expect("SEAL_REQUIRED", batch, nil)
      try await expect("SEAL_KEY_SUPERSEDED", batch, .test(1))
      try await expect("SEAL_KEY_UNKNOWN", batch, .test(3))  // another company's
      try await expect("SEAL_KEY_UNKNOWN", batch, .test(4))  // nobody's
      try await expect("SEAL_BROKEN", batch, good) {
        $0.batch.items[0].payment.creditorAccount.text = Numbers.norwegianAccount(900)
      }
      try await expect("SEAL_BROKEN", batch, good) { $0.seal.signature[0] ^= 1 }
      // Made for another company by a key of this one.
      let foreign = try good.seal(batch, for: other)
      try await expect("SEAL_BROKEN", batch, good) { $0.seal = foreign }
      var old = batch
      old.createTime.seconds -= 24 * 3600 + 1
      try await expect("SEAL_TOO_OLD", old, good)
      var ahead = batch
      ahead.createTime.seconds += 301
      try await expect("SEAL_AHEAD", ahead, good)
      _ = try await kim.revokes(second)
      try await expect("SEAL_KEY_REVOKED", batch, good)
      #expect(try await Self.refusals(bureau).count == 10)
      let payments = try await bureau.facts(of: try bureau.company).count {
        $0.fact.name == "PaymentProposed"
      }
      #expect(payments == 0)
      // Nothing of it is a request: the same id may come again with the right seal.
      let third = try await kim.makesKey(try .test(5))
      #expect(third.state == .current)
      try await kim.submits(batch, sealedWith: try .test(5))
    }
  }

  @Test func `a dry run tells the refusal and leaves nothing`() async throws {
    try await withOffice { office in
      try await office.kim.makesKey(try .test(1))
      let refused = try await office.bureau.refusal {
        try await office.kim.submits(office.bureau.batch(), sealedWith: try .test(2)) {
          $0.validateOnly = true
        }
      }
      #expect(refused.reason == "SEAL_KEY_UNKNOWN")
    }
  }

  @Test func `a batch stands for one content for ever (O)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, kim = office.kim, secret = try SealingSecret.test(1)
      let key = try await kim.makesKey(secret)
      let batch = bureau.batch("B-1", .elbolaget(), .elbolaget("2"))
      let first = try await kim.submits(batch, sealedWith: secret)
      let heads = try await bureau.journals()
      // The very same message, also when it would be too old.
      #expect(try await kim.submits(batch, sealedWith: secret) == first)
      try await bureau.turnClock(to: "2026-03-04T08:00:00Z")
      #expect(
        try await kim.submits(batch, sealedWith: secret).results.map(\.payment.name)
          == first.results.map(\.payment.name))
      #expect(try await bureau.journals() == heads)
      // Sealed anew, with another key.
      _ = try await kim.rotates(key, to: try .test(2))
      var later = batch
      later.createTime.seconds = bureau.world.clock.now.microseconds / 1_000_000
      let again = try await kim.submits(later, sealedWith: try .test(2))
      #expect(again.results.map(\.payment.name) == first.results.map(\.payment.name))
      // Other content, well sealed.
      var other = bureau.batch("B-1", .elbolaget("3"))
      let reused = try await bureau.refusal {
        try await kim.submits(other, sealedWith: try .test(2))
      }
      #expect(reused.reason == "BATCH_ID_REUSED")
      // A batch that contradicts itself.
      other.itemCount = 2
      let wrong = try await bureau.refusal {
        try await kim.submits(other, sealedWith: try .test(2))
      }
      #expect(wrong.reason == "BATCH_COUNT_WRONG")
      other.itemCount = 1
      other.totals[0].minorUnits += 1
      let sums = try await bureau.refusal { try await kim.submits(other, sealedWith: try .test(2)) }
      #expect(sums.reason == "BATCH_TOTALS_WRONG")
    }
  }

  @Test func `without any key a batch needs no seal; from the first on a program seals or waits`()
    async throws
  {
    try await withOffice { office in
      let bureau = office.bureau, service = try await bureau.serviceUser("ERP")
      let metadata: Metadata = ["authorization": "Bearer \(service.token.secret)"]
      let connection = try office.kim.connection
      let parent = try bureau.company.name
      func imports(_ number: String) async throws {
        _ = try await Refused.calling {
          try await connection.payments.importInvoice(
            .with {
              $0.parent = parent
              $0.content = Data(SupplierInvoice(number: number).ubl.utf8)
              $0.requestID = "import-\(number)"
            }, metadata: metadata)
        }
      }
      try await imports("1")
      try await office.kim.submits(bureau.batch("B-1", .elbolaget("2")), sealedWith: nil)
      let key = try await office.kim.makesKey(try .test(1))
      let refused = try await bureau.refusal { try await imports("3") }
      #expect(refused.reason == "SEAL_REQUIRED")
      _ = try await office.kim.revokes(key)
      #expect(try await bureau.refusal { try await imports("4") }.reason == "SEAL_REQUIRED")
      // A person who is logged in has no need of it.
      try await office.kim.imports(SupplierInvoice(number: "5"))
    }
  }
}
