internal import BureauAPI
package import GRPCCore
internal import GRPCProtobuf
internal import SwiftProtobuf

internal import struct Foundation.Data
internal import class Foundation.JSONEncoder

/// Why a command did not do what was asked, ready to be shown.
///
/// The only error type that leaves a command: what the server refuses and what goes wrong here
/// look the same to the reader.
package struct CLIError: Error, Equatable, Sendable {
  package var ending: Ending
  /// The gRPC status by its name on the wire, `FAILED_PRECONDITION`; `LOCAL` where no server
  /// was asked.
  package var code: String
  /// Stable and machine-readable: `PAYMENT_STATE`.
  package var reason: String
  /// The field at fault, as the API spells it.
  package var field: String?
  package var message: String
  /// A command that mends it.
  package var mend: String?
  /// The id to quote when asking about it, and to give again when repeating.
  package var requestID: String?

  /// Something that went wrong on this side of the wire.
  package init(
    _ ending: Ending, _ reason: String, _ message: String, field: String? = nil,
    mend: String? = nil
  ) {
    self.ending = ending
    code = "LOCAL"
    self.reason = reason
    self.field = field
    self.message = message
    self.mend = mend
  }

  /// What the server answered, with its details where it sent any.
  package init(_ error: RPCError) {
    let status = try? error.unpackGoogleRPCStatus()
    let info = status?.details.lazy.compactMap(\.errorInfo).first
    let violation = status?.details.lazy.compactMap(\.badRequest).first?.violations.first
    ending = Ending(error.code)
    code = Self.wireName(of: error.code)
    reason = info?.reason ?? code
    field = Self.present(violation?.field) ?? Self.present(info?.metadata["field"])
    message = Self.present(error.message) ?? "the server gave no message"
    mend = Self.present(info?.metadata["mend"]) ?? Mending.commands[reason]
    requestID =
      Self.present(status?.details.lazy.compactMap(\.requestInfo).first?.requestID)
      ?? Self.present(info?.metadata["request_id"])
    if mend == nil {
      switch error.code {
      case .unauthenticated: mend = "bureau login"
      case .unavailable, .deadlineExceeded: mend = "bureau doctor"
      default: break
      }
    }
  }

  /// `FAILED_PRECONDITION` for `failedPrecondition`.
  static func wireName(of code: RPCError.Code) -> String {
    code.description.upperSnake
  }

  private static func present(_ text: String?) -> String? {
    guard let text, !text.isEmpty else { return nil }
    return text
  }
}

extension CLIError {
  /// For people, on stderr.
  package var text: String {
    var lines = ["error: \(message.printable)", "  reason: \(reason.printable)"]
    if let field { lines.append("  field: \(field.printable)") }
    if let mend { lines.append("  to mend it: \(mend.printable)") }
    if let requestID { lines.append("  request id: \(requestID.printable)") }
    return lines.joined(separator: "\n")
  }

  /// For programs, on stderr: one object on one line.
  package var json: String {
    let body = ["error": fields]
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(body) else { return #"{"error":{}}"# }
    return String(decoding: data, as: UTF8.self)
  }

  /// The members of the JSON form; absent ones are left out.
  package var fields: [String: String] {
    var fields = ["code": code, "reason": reason, "message": message]
    fields["field"] = field
    fields["mend"] = mend
    fields["request_id"] = requestID
    return fields
  }
}

extension RPCError {
  /// What the server answered to one item of several.
  init(_ status: Google_Rpc_Status) {
    let bytes: [UInt8]? = try? status.serializedBytes()
    guard let known = bytes.flatMap({ try? GoogleRPCStatus(serializedBytes: $0) }) else {
      self.init(code: .unknown, message: status.message)
      return
    }
    self.init(known)
  }
}
