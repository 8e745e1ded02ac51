import BureauAPI
import Domain
import EngineKit
import Foundation
import GRPCCore
import Primitives
import Server
import Storage
import SwiftProtobuf
import TestKit
import Testing

/// A token that goes with a client certificate, over real TLS to the bureau's own services.
@Suite(.everyEngine, .timeLimit(.minutes(10))) struct TokenCertificateTests {
  private typealias Issued = (certificate: String, key: String)

  private func withAuthority(_ body: (Authority) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "bureau-clients-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(Authority.create(in: folder, hostnames: ["client.example"], now: Date()))
  }

  private func token(_ fingerprint: String, _ bureau: TestBureau) async throws -> Bureau_V1_Token {
    let robin = try bureau.administrator, service = try await bureau.serviceUser("ERP")
    let end = bureau.world.clock.now.adding(days: 30).microseconds / 1_000_000
    return try await robin.calls { connection, metadata in
      try await connection.tenancy.createToken(
        .with {
          $0.parent = service.name
          $0.token.expireTime.seconds = end
          $0.token.certificateFingerprint = fingerprint
          $0.requestID = robin.newRequestID()
        }, metadata: metadata)
    }
  }

  /// nil: the call was answered.
  private func refusal(
    _ secret: String, showing certificate: Issued?, _ bureau: TestBureau, at server: LoopbackServer
  ) async throws -> String? {
    let company = try bureau.company.name
    return try await server.withClient(certificate: certificate) { client in
      do {
        _ = try await Refused.calling {
          try await Connection(client: client).payments.listPayments(
            .with { $0.parent = company }, metadata: ["authorization": "Bearer \(secret)"])
        }
        return nil
      } catch let refused as Refused { return "\(refused.code) \(refused.reason)" }
    }
  }

  @Test func `a token bound to a certificate opens nothing without it, nor with another (U-11)`()
    async throws
  {
    try await withBureau { bureau in
      try await withAuthority { clients in
        let own = try Authority.issueClient(in: clients.folder, name: "erp", now: Date())
        let other = try Authority.issueClient(in: clients.folder, name: "erp", now: Date())
        let fingerprint = try Authority.fingerprint(ofPEM: own.certificate)
        let bound = try await token(fingerprint, bureau), free = try await token("", bureau)
        #expect(bound.certificateFingerprint == fingerprint.replacing(":", with: "").lowercased())
        let running = try bureau.world.server
        try await LoopbackServer.run(
          services: running.services, interceptors: running.interceptors,
          clientAuthorities: clients.authorityCertificate
        ) { server in
          func asks(_ token: Bureau_V1_Token, _ certificate: Issued?) async throws -> String? {
            try await refusal(token.secret, showing: certificate, bureau, at: server)
          }
          let refused = "\(RPCError.Code.unauthenticated) CERTIFICATE_MISSING"
          let answers = [
            try await asks(bound, nil), try await asks(bound, other), try await asks(bound, own),
            // Whoever has only a token shows none, or any.
            try await asks(free, nil), try await asks(free, other),
          ]
          #expect(answers == [refused, refused, nil, nil, nil])
        }
      }
    }
  }

  @Test func `tries with somebody else's bound token are held back by address`() async throws {
    try await withBureau { bureau in
      let bound = try await token(String(repeating: "ab", count: 32), bureau)
      try await bureau.world.restart(limiting: RateSettings(address: Rate(perMinute: 60)))
      let company = try bureau.company.name
      func ask() async throws {
        _ = try await Refused.calling {
          try await Connection(client: bureau.world.client).payments.listPayments(
            .with { $0.parent = company }, metadata: ["authorization": "Bearer \(bound.secret)"])
        }
      }
      for _ in 1...10 {
        #expect(try await bureau.refusal { try await ask() }.reason == "CERTIFICATE_MISSING")
      }
      #expect(try await bureau.refusal { try await ask() }.reason == "RATE_LIMIT_ADDRESS")
    }
  }
}
