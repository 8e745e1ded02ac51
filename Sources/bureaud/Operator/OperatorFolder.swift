// How `bureaud` speaks to the server that runs in the same home: requests and answers as files in a
// folder that only the server's own user can enter. So it works whatever the database is, and the
// right to it is the right to the home folder.
//
//     <home>/operator/<id>.request.json    the command writes
//     <home>/operator/<id>.answer.json     the server writes, then removes the request

import Domain
package import Foundation
import Primitives
package import Server

package struct OperatorRequest: Codable, Sendable, Equatable {
  /// `list`, `approve`, `reject`.
  package var verb: String
  package var agreement: String
  package var text: String
  package var by: String

  package init(verb: String, agreement: String = "", text: String = "", by: String = "") {
    self.verb = verb
    self.agreement = agreement
    self.text = text
    self.by = by
  }
}

package struct OperatorAnswer: Codable, Sendable, Equatable {
  package struct Held: Codable, Sendable, Equatable {
    package var agreement: String
    package var company: String
    package var bank: String
    package var reasons: [String]
    package var since: String
    package var expected: String
  }
  package var held: [Held]?
  /// The agreement's state after the decision.
  package var state: String?
  /// Why it was refused: `REASON: message`.
  package var refused: String?
}

package struct OperatorFolder: Sendable {
  package let folder: URL

  package init(home: URL) { folder = home.appending(path: "operator") }

  /// Bytes of one file.
  private static let limit = 1 << 20

  private func file(_ id: String, _ kind: String) -> URL {
    folder.appending(path: "\(id).\(kind).json")
  }

  // MARK: The command's side

  package func ask(_ request: OperatorRequest, id: String) throws {
    guard FileManager.default.fileExists(atPath: folder.path) else {
      throw Home.Fault(
        description: "no server has run in this home yet; start `bureaud serve` first")
    }
    try Home.write(JSONEncoder().encode(request), to: file(id, "request"))
  }

  /// nil: not yet.
  package func answer(to id: String) throws -> OperatorAnswer? {
    guard let data = FileManager.default.contents(atPath: file(id, "answer").path) else {
      return nil
    }
    let answer = try JSONDecoder().decode(OperatorAnswer.self, from: data)
    try? FileManager.default.removeItem(at: file(id, "answer"))
    return answer
  }

  /// Takes back a request that no server has answered.
  package func withdraw(_ id: String) {
    try? FileManager.default.removeItem(at: file(id, "request"))
  }

  // MARK: The server's side

  package func open() throws {
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  /// Answers all that waits. A crash between deciding and answering is harmless: the request's name
  /// is its id, and it is decided once.
  @discardableResult
  package func serve(
    _ decide: (OperatorRequest, _ id: String) async throws -> OperatorAnswer
  ) async throws -> Int {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    var served = 0
    for name in names.sorted() where name.hasSuffix(".request.json") {
      let id = String(name.dropLast(".request.json".count))
      let answer: OperatorAnswer
      if let request = read(file(id, "request")) {
        do { answer = try await decide(request, id) } catch let refusal as any Refusal {
          answer = OperatorAnswer(refused: "\(refusal.reason): \(refusal.message)")
        } catch {
          answer = OperatorAnswer(refused: "INTERNAL: The server could not do it now; try again.")
        }
      } else {
        answer = OperatorAnswer(refused: "OPERATOR_REQUEST_UNREADABLE: The request is no request.")
      }
      try Home.write(JSONEncoder().encode(answer), to: file(id, "answer"))
      try FileManager.default.removeItem(at: file(id, "request"))
      served += 1
    }
    return served
  }

  private func read(_ file: URL) -> OperatorRequest? {
    guard let handle = try? FileHandle(forReadingFrom: file) else { return nil }
    defer { try? handle.close() }
    guard let data = try? handle.read(upToCount: Self.limit + 1), data.count <= Self.limit else {
      return nil
    }
    return try? JSONDecoder().decode(OperatorRequest.self, from: data)
  }
}

extension OperatorFolder {
  /// Serves by the desk of a running server.
  @discardableResult
  package func serve(_ desk: ReviewDesk) async throws -> Int {
    try await serve { request, id in
      switch request.verb {
      case "list":
        return OperatorAnswer(
          held: try await desk.list().map {
            OperatorAnswer.Held(
              agreement: $0.agreement, company: $0.company, bank: $0.bank,
              reasons: $0.review.reasons.map(\.code), since: $0.review.startTime.rfc3339,
              expected: $0.review.expectedDate.iso)
          })
      case "approve":
        let state = try await desk.approve(
          request.agreement, by: request.by, note: request.text, request: id)
        return OperatorAnswer(state: state.rawValue)
      case "reject":
        let state = try await desk.reject(
          request.agreement, by: request.by, reason: request.text, request: id)
        return OperatorAnswer(state: state.rawValue)
      default:
        return OperatorAnswer(refused: "OPERATOR_VERB_UNKNOWN: There is no \(request.verb).")
      }
    }
  }
}
