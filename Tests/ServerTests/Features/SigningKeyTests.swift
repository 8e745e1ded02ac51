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

/// The keys of companies through the whole server (checklist group K).
@Suite(.everyEngine) struct SigningKeyTests {
  @Test func `a company has one key, which can be seen and copied at any time (K-01, K-02, K-04)`()
    async throws
  {
    try await withOffice { office in
      let robin = try office.bureau.administrator, secret = try SealingSecret.test(1)
      let made = try await office.kim.makesKey(secret)
      #expect(made.state == .current && made.number == 1 && made.maker == .client)
      #expect(made.fingerprint == secret.publicKey.fingerprint)
      #expect(made.publicKeyPem == secret.publicKey.pem)
      #expect(made.privateKeyPem.isEmpty)
      // By the administrator and the company's accountant; not by the approver.
      #expect(try await robin.seesKeys() == [made])
      #expect(try await office.kim.seesKeys() == [made])
      let hidden = try await office.bureau.refusal { try await office.alex.seesKeys() }
      #expect(hidden.code == .permissionDenied)
      let second = try await office.bureau.refusal {
        try await office.kim.makesKey(try .test(2))
      }
      #expect(second.reason == "SIGNING_KEY_CURRENT")
    }
  }

  @Test func `a key that the server makes is shown once and kept nowhere (K-04)`() async throws {
    try await withOffice { office in
      let made = try await office.kim.makesKey(nil, request: "key-1")
      let secret = try SealingSecret(pem: made.privateKeyPem)
      #expect(made.maker == .server)
      #expect(Data(secret.publicKey.bytes) == made.publicKey)
      // It seals.
      let answer = try await office.kim.submits(office.bureau.batch(), sealedWith: secret)
      #expect(answer.results.first?.payment.state == .proposalComplete)
      // The request again: the same key, and nothing of its private part.
      let again = try await office.kim.makesKey(nil, request: "key-1")
      #expect(again.name == made.name && again.privateKeyPem.isEmpty)
      #expect(try await office.kim.seesKeys().allSatisfy(\.privateKeyPem.isEmpty))
      let body = made.privateKeyPem.split(separator: "\n")[1]
      let raw = Data(base64Encoded: String(body))?.suffix(32) ?? Data()
      for entry in try await office.bureau.facts(of: try office.bureau.company) {
        #expect(Data(entry.body).range(of: raw) == nil)
      }
      #expect(office.bureau.world.log.lines.allSatisfy { !$0.contains(body) })
    }
  }

  @Test func `a new key stops the old one at once, or after the overlap (K-05)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, kim = office.kim
      let first = try await kim.makesKey(try .test(1))
      let second = try await kim.rotates(first, to: try .test(2))
      #expect(second.number == 2)
      #expect(try await kim.seesKeys().map(\.state) == [.superseded, .current])
      let old = await #expect(throws: Refused.self) {
        try await kim.submits(bureau.batch(), sealedWith: try .test(1))
      }
      #expect(old?.reason == "SEAL_KEY_SUPERSEDED")
      try await kim.submits(bureau.batch(), sealedWith: try .test(2))

      // An hour's overlap.
      let third = try await kim.rotates(second, to: try .test(3), overlapSeconds: 3_600)
      #expect(try await kim.seesKeys().map(\.state) == [.superseded, .overlapping, .current])
      try await kim.submits(bureau.batch("B-2", .elbolaget("2")), sealedWith: try .test(2))
      try await kim.submits(bureau.batch("B-3", .elbolaget("3")), sealedWith: try .test(3))
      try await bureau.turnClock(to: "2026-03-02T09:00:01Z")
      let late = await #expect(throws: Refused.self) {
        try await kim.submits(bureau.batch("B-4", .elbolaget("4")), sealedWith: try .test(2))
      }
      #expect(late?.reason == "SEAL_KEY_SUPERSEDED")

      // A further rotation ends what overlaps from before.
      let fourth = try await kim.rotates(third, to: try .test(4), overlapSeconds: 7_200)
      _ = try await kim.rotates(fourth, to: try .test(5), overlapSeconds: 7_200)
      #expect(
        try await kim.seesKeys().map(\.state)
          == [.superseded, .superseded, .superseded, .overlapping, .current])
    }
  }

  @Test func `what once was a key can be seen as of a time`() async throws {
    try await withOffice { office in
      let first = try await office.kim.makesKey(try .test(1))
      try await office.bureau.turnClock(to: "2026-03-02T10:00:00Z")
      let between = office.bureau.world.clock.now
      try await office.bureau.turnClock(to: "2026-03-02T11:00:00Z")
      _ = try await office.kim.rotates(first, to: try .test(2))
      let then = try await office.kim.seesKeys(asOf: between)
      #expect(then.map(\.state) == [.current])
      #expect(then.map(\.fingerprint) == [first.fingerprint])
    }
  }

  @Test func `a revoked key seals nothing, and another may follow`() async throws {
    try await withOffice { office in
      let key = try await office.kim.makesKey(try .test(1))
      let revoked = try await office.kim.revokes(key)
      #expect(revoked.state == .revoked)
      let refused = await #expect(throws: Refused.self) {
        try await office.kim.submits(office.bureau.batch(), sealedWith: try .test(1))
      }
      #expect(refused?.reason == "SEAL_KEY_REVOKED")
      let again = try await office.bureau.refusal { try await office.kim.makesKey(try .test(1)) }
      #expect(again.reason == "SIGNING_KEY_TAKEN")
      #expect(try await office.kim.makesKey(try .test(2)).number == 2)
      // The first again is refused still, also by rotation.
      let current = try #require(try await office.kim.seesKeys().last)
      let back = try await office.bureau.refusal {
        try await office.kim.rotates(current, to: try .test(1))
      }
      #expect(back.reason == "SIGNING_KEY_TAKEN")
    }
  }

  @Test func `one key is one company's, in the bureau and beyond (K-01)`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, secret = try SealingSecret.test(1)
      try await office.kim.makesKey(secret)
      let other = try await bureau.makeCompany("Fremmed AS")
      let lee = try await bureau.accountant("Lee", at: other)
      let taken = try await bureau.refusal { try await lee.makesKey(secret, at: other) }
      #expect(taken.reason == "SIGNING_KEY_TAKEN")
      let elsewhere = try await TestBureau.founded(in: bureau.world, name: "Annet Regnskap AS")
      let away = try await elsewhere.refusal {
        try await elsewhere.administrator.makesKey(secret)
      }
      #expect(away.reason == "SIGNING_KEY_TAKEN")
      // A proof that was made for another company shows nothing here.
      let stolen = try secret.registration(for: try bureau.company)
      let refused = try await bureau.refusal {
        try await lee.calls { connection, metadata in
          try await connection.signingKeys.createSigningKey(
            .with {
              $0.parent = other.name
              $0.signingKey = stolen
              $0.requestID = lee.newRequestID()
            }, metadata: metadata)
        }
      }
      #expect(refused.reason == "SIGNING_KEY_PROOF")
    }
  }
}
