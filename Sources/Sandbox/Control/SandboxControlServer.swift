// The hand that plays the sandbox's people: turns the clock, lets a person scan and sign, reads
// the messages that were sent, and shows what the bank has executed. HTTPS and JSON.

import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTLS
package import Logging
import NIOCore
import NIOSSL
package import Primitives
import ServiceLifecycle

/// What the control server does; each may fail with a text for the caller.
package struct SandboxActions: Sendable {
  package var now: @Sendable () -> Instant
  /// Turns the clock, and returns when everything that became due has been done.
  package var turn: @Sendable (Instant) async throws -> Instant
  package var approve: @Sendable (PersonalNumber, _ qr: String?) async throws -> Void
  package var decline: @Sendable (PersonalNumber, _ qr: String?) async throws -> Void
  /// A person with a Norwegian BankID opens a link and confirms; where the browser is sent then.
  package var confirm: @Sendable (_ nationalID: String, _ link: String) async throws -> String
  package var orders: @Sendable () async throws -> [SandboxOrderSummary]
  package var messages: @Sendable () async throws -> [SandboxMessage]
  /// The bank's own ledger, a JSON array.
  package var executed: @Sendable () async throws -> [UInt8]

  package init(
    now: @escaping @Sendable () -> Instant,
    turn: @escaping @Sendable (Instant) async throws -> Instant,
    approve: @escaping @Sendable (PersonalNumber, String?) async throws -> Void,
    decline: @escaping @Sendable (PersonalNumber, String?) async throws -> Void,
    confirm: @escaping @Sendable (String, String) async throws -> String,
    orders: @escaping @Sendable () async throws -> [SandboxOrderSummary],
    messages: @escaping @Sendable () async throws -> [SandboxMessage],
    executed: @escaping @Sendable () async throws -> [UInt8]
  ) {
    self.now = now
    self.turn = turn
    self.approve = approve
    self.decline = decline
    self.confirm = confirm
    self.orders = orders
    self.messages = messages
    self.executed = executed
  }
}

package struct SandboxOrderSummary: Codable, Sendable {
  package var person: String?
  package var text: String
  package init(person: String?, text: String) {
    self.person = person
    self.text = text
  }
}

package struct SandboxMessage: Codable, Sendable {
  package var to: String
  package var subject: String
  package var agreement: String
  package var linkSecret: String
  package var text: String
  /// The page where the receiver can act.
  package var link: String?

  package init(
    to: String, subject: String, agreement: String, linkSecret: String, text: String,
    link: String? = nil
  ) {
    self.to = to
    self.subject = subject
    self.agreement = agreement
    self.linkSecret = linkSecret
    self.text = text
    self.link = link
  }

  private enum CodingKeys: String, CodingKey {
    case to, subject, agreement, text, link
    case linkSecret = "link_secret"
  }
}

package struct SandboxControlServer: Service {
  private let actions: SandboxActions
  private let certificateChain: String
  private let privateKey: String
  private let logger: Logger
  private let bound = BoundPort()

  /// - Parameters: PEM texts of the certificate chain and its key.
  package init(
    _ actions: SandboxActions, certificateChain: String, privateKey: String, logger: Logger
  ) {
    self.actions = actions
    self.certificateChain = certificateChain
    self.privateKey = privateKey
    self.logger = logger
  }

  /// The port that is listened on; waits for `run` to have bound it.
  package func port() async throws -> Int { try await bound.value() }

  package func run() async throws {
    do {
      try await application().run()
    } catch {
      await bound.settle(.failure(error))
      throw error
    }
    await bound.settle(.failure(CancellationError()))
  }

  private func application() throws -> some ApplicationProtocol {
    let certificates = try NIOSSLCertificate.fromPEMBytes(Array(certificateChain.utf8))
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: certificates.map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(privateKey.utf8), format: .pem)))
    tls.minimumTLSVersion = .tlsv13
    let actions = actions, bound = bound
    let responder = CallbackResponder<BasicRequestContext> { request, _ in
      do {
        let body = try await request.body.collect(upTo: 64 * 1024)
        let (status, json) = await ControlCall(
          method: request.method.rawValue, path: request.uri.path,
          body: Data(body.readableBytesView)
        ).perform(actions)
        return Response(
          status: status, headers: [.contentType: "application/json"],
          body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
      } catch {
        return Response(status: .badRequest)
      }
    }
    return Application(
      responder: responder, server: try .tls(tlsConfiguration: tls),
      configuration: ApplicationConfiguration(
        address: .hostname("127.0.0.1", port: 0), serverName: nil),
      onServerRunning: { channel in
        await bound.settle(.success(channel.localAddress?.port ?? 0))
      }, logger: logger)
  }
}

/// One call of the control API.
private struct ControlCall {
  var method: String
  var path: String
  var body: Data

  private struct Turn: Decodable {
    var to: String?
    var advance_seconds: Int?
  }
  private struct Person: Decodable {
    var person: String
    var qr: String?
  }
  private struct Norwegian: Decodable {
    var person: String
    var link: String
  }
  private struct Refused: Error {
    var why: String
  }

  func perform(_ actions: SandboxActions) async -> (HTTPResponse.Status, Data) {
    do {
      return (.ok, try await answer(actions))
    } catch let refused as Refused {
      return (.badRequest, json(["error": refused.why]))
    } catch is DecodingError {
      return (.badRequest, json(["error": "the body is not the JSON that this call takes"]))
    } catch {
      return (.conflict, json(["error": "\(error)"]))
    }
  }

  private func answer(_ actions: SandboxActions) async throws -> Data {
    switch (method, path) {
    case ("GET", "/clock"):
      return json(["now": actions.now().rfc3339])
    case ("POST", "/clock"):
      let turn = try JSONDecoder().decode(Turn.self, from: body)
      let target: Instant
      if let to = turn.to {
        guard let time = Instant(rfc3339: to) else {
          throw Refused(why: "to must be a time like 2026-03-02T08:00:00Z")
        }
        target = time
      } else if let seconds = turn.advance_seconds, (0...(20 * 366 * 86_400)).contains(seconds) {
        target = actions.now().adding(seconds: seconds)
      } else {
        throw Refused(why: "give to, or advance_seconds of at most 20 years")
      }
      return json(["now": try await actions.turn(target).rfc3339])
    case ("POST", "/bankid/approve"):
      let (person, qr) = try self.person()
      try await actions.approve(person, qr)
      return json(["approved": 1])
    case ("POST", "/bankid/decline"):
      let (person, qr) = try self.person()
      try await actions.decline(person, qr)
      return json(["declined": 1])
    case ("POST", "/bankid-no/approve"):
      let asked = try JSONDecoder().decode(Norwegian.self, from: body)
      return json(["location": try await actions.confirm(asked.person, asked.link)])
    case ("GET", "/bankid/orders"):
      return json(["orders": try await actions.orders()])
    case ("GET", "/messages"):
      return json(["messages": try await actions.messages()])
    case ("GET", "/bank/executed"):
      return Data(try await actions.executed())
    default:
      throw Refused(why: "there is no \(method) \(path) here")
    }
  }

  private func person() throws -> (PersonalNumber, String?) {
    let person = try JSONDecoder().decode(Person.self, from: body)
    do { return (try PersonalNumber(person.person), person.qr) } catch {
      throw Refused(why: error.message)
    }
  }

  private func json(_ value: some Encodable) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)) ?? Data("{}".utf8)
  }
}
