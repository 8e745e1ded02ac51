package import GRPCCore
import GRPCProtobuf

/// A refusal as the caller sees it, whole but for the id of its request.
package struct Refused: Error, Equatable, Sendable, CustomStringConvertible {
  package let code: RPCError.Code
  package let reason: String
  package let message: String
  package let fields: [String]
  /// When to come back; nil: nothing was said.
  package let retryAfter: Duration?
  /// Every detail but the request's id, as text.
  package let details: [String]

  package init(_ error: RPCError) {
    let status = try? error.unpackGoogleRPCStatus()
    let all = status?.details ?? []
    code = error.code
    message = error.message
    reason = all.lazy.compactMap(\.errorInfo).first?.reason ?? ""
    fields = all.compactMap(\.badRequest).flatMap { $0.violations.map(\.field) }
    retryAfter = all.lazy.compactMap(\.retryInfo).first?.delay
    details = all.filter { $0.requestInfo == nil }.map { "\($0)" }
  }

  package var description: String { "\(code) \(reason) \(fields): \(message)" }

  /// Runs a call and turns the runtime's error into a refusal.
  package static func calling<Answer>(_ call: () async throws -> Answer) async throws -> Answer {
    do { return try await call() } catch let error as RPCError { throw Refused(error) }
  }
}

/// Why a test cannot go on.
package struct TestFault: Error, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}
