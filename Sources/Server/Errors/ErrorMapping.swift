package import Domain
import Engine
package import GRPCCore
package import GRPCProtobuf
import SwiftProtobuf

/// What an error becomes on the wire, and what of it stays with us.
package struct CallFailure: Sendable {
  /// The status with its details, for the caller.
  package let status: GoogleRPCStatus
  /// The machine-readable reason, also in the status's `ErrorInfo`.
  package let reason: String
  /// What happened inside, for the log only; nil when the status tells all.
  package let cause: String?
  /// Metadata that came with the error and goes to the caller beside the details.
  package let metadata: Metadata

  /// The same as the gRPC runtime takes it.
  package var rpcError: RPCError {
    var all = metadata
    all.removeAllValues(forKey: "grpc-status-details-bin")
    for (key, value) in status.rpcErrorMetadata {
      switch value {
      case .string(let text): all.addString(text, forKey: key)
      case .binary(let bytes): all.addBinary(bytes, forKey: key)
      }
    }
    return RPCError(code: status.code, message: status.message, metadata: all)
  }
}

/// The one place where errors become statuses: refusals by their kind, gRPC's own as they are,
/// everything else INTERNAL without a word of what it was. UNKNOWN never leaves.
package enum ErrorMapping {
  /// The `ErrorInfo.domain` of every reason of this server.
  package static let domain = "bureau"

  /// Characters of a message, and of each metadata value; HTTP/2 trailers are small.
  private static let maxText = 1_000

  package static func failure(for error: any Error, requestID: String) -> CallFailure {
    switch error {
    case let refusal as any Refusal:
      return failure(
        refusal.kind.code, refusal.reason, refusal.message, field: refusal.field,
        metadata: refusal.metadata, retry: refusal.retryAfter, requestID: requestID)
    case let status as GoogleRPCStatus where status.code != .unknown:
      return passed(status, requestID: requestID)
    case let error as RPCError:
      return failure(for: error, requestID: requestID)
    case let error as any RPCErrorConvertible:
      return failure(for: RPCError(error), requestID: requestID)
    // No cause for the log: the reason says it all, and under load there are many.
    case EngineError.shareFull:
      return failure(
        .resourceExhausted, "SHARE_EXHAUSTED",
        "your bureau has more calls waiting than its share of the server; nothing was done: repeat"
          + " the call with the same request_id after the time given",
        retry: .seconds(1), requestID: requestID)
    case EngineError.overloaded:
      return failure(
        .unavailable, "SERVER_OVERLOADED",
        "more calls are waiting than the server takes; nothing was done: repeat the call with the"
          + " same request_id after the time given",
        retry: .seconds(2), requestID: requestID)
    case let error as EngineError where error.isPassing:
      return failure(
        .unavailable, "STORAGE_BUSY",
        "the server cannot do this just now; repeat the call with the same request_id",
        cause: String(reflecting: error), requestID: requestID)
    case is CancellationError:
      return failure(.cancelled, "CANCELLED", "the call was cancelled", requestID: requestID)
    default:
      return unexpected(String(reflecting: error), requestID: requestID)
    }
  }

  private static func failure(for error: RPCError, requestID: String) -> CallFailure {
    // What a handler throws comes wrapped where another interceptor stands between.
    if let cause = error.cause, cause is any Refusal || cause is EngineError {
      return failure(for: cause, requestID: requestID)
    }
    if isMalformed(error) {
      return failure(
        .invalidArgument, "REQUEST_MALFORMED",
        "the request is not a message of the type this method takes: check that client and server"
          + " use the same version of the API",
        requestID: requestID)
    }
    if error.code == .internalError, error.cause == nil, wrongCount.contains(error.message) {
      return failure(
        .invalidArgument, "REQUEST_MALFORMED", "this method takes exactly one request message",
        requestID: requestID)
    }
    if error.code == .unknown || error.code == .internalError {
      return unexpected("\(error)", requestID: requestID)
    }
    let details = error.metadata[binaryValues: "grpc-status-details-bin"].first { _ in true }
    if let details, let status = try? GoogleRPCStatus(serializedBytes: details) {
      return passed(status, metadata: error.metadata, requestID: requestID)
    }
    return failure(
      error.code, wireName(error.code.description),
      error.message, wire: error.metadata, requestID: requestID)
  }

  /// The messages of gRPC's runtime when a unary call carries none or several.
  private static let wrongCount: Set = ["Empty stream.", "Too many messages."]

  private static func isMalformed(_ error: RPCError) -> Bool {
    error.cause is BinaryDecodingError || error.cause is SwiftProtobufError
      || error.message.hasPrefix("Can't deserialize to message of type")
  }

  private static func passed(
    _ status: GoogleRPCStatus, metadata: Metadata = [:], requestID: String
  ) -> CallFailure {
    var status = status
    let reason = status.details.lazy.compactMap(\.errorInfo).first?.reason
    if reason == nil {
      status.details.append(.errorInfo(reason: "UNSPECIFIED", domain: domain, metadata: [:]))
    }
    if !status.details.contains(where: { $0.requestInfo != nil }) {
      status.details.append(.requestInfo(requestID: requestID, servingData: ""))
    }
    return CallFailure(
      status: status, reason: reason ?? "UNSPECIFIED", cause: nil, metadata: metadata)
  }

  private static func unexpected(_ cause: String, requestID: String) -> CallFailure {
    failure(
      .internalError, "INTERNAL",
      "something went wrong in the server; its log has more under request \(requestID)",
      cause: cause, requestID: requestID)
  }

  private static func failure(
    _ code: RPCError.Code, _ reason: String, _ message: String, field: String? = nil,
    metadata: [String: String] = [:], cause: String? = nil, wire: Metadata = [:],
    retry: Duration? = nil, requestID: String
  ) -> CallFailure {
    let text = String(message.prefix(maxText))
    var details: [ErrorDetails] = [
      .errorInfo(
        reason: reason, domain: domain,
        metadata: metadata.mapValues { String($0.prefix(maxText)) })
    ]
    if let field {
      details.append(
        .badRequest(violations: [.init(field: field, description: text)]))
    }
    if let delay = retry ?? retryDelay[code] { details.append(.retryInfo(delay: delay)) }
    details.append(.requestInfo(requestID: requestID, servingData: ""))
    return CallFailure(
      status: GoogleRPCStatus(code: code, message: text, details: details), reason: reason,
      cause: cause.map { String($0.prefix(4 * maxText)) }, metadata: wire)
  }

  /// `NOT_FOUND`, as gRPC's documentation spells it.
  static func wireName(_ code: String) -> String {
    code.reduce(into: "") { name, letter in
      if letter.isUppercase { name.append("_") }
      name += letter.uppercased()
    }.replacing(" ", with: "_")
  }

  /// When to ask again.
  private static let retryDelay: [RPCError.Code: Duration] = [
    .unavailable: .seconds(1), .resourceExhausted: .seconds(5),
  ]
}

extension RefusalKind {
  /// The status that stands for refusals of this kind.
  package var code: RPCError.Code {
    switch self {
    case .invalidArgument: .invalidArgument
    case .notFound: .notFound
    case .failedPrecondition: .failedPrecondition
    case .conflict: .aborted
    case .denied: .permissionDenied
    case .unauthenticated: .unauthenticated
    case .exhausted: .resourceExhausted
    case .unavailable: .unavailable
    }
  }
}

extension EngineError {
  /// Whether the same call may succeed later; nothing of it was kept.
  fileprivate var isPassing: Bool {
    switch self {
    case .retry, .unavailable, .full: true
    default: false
    }
  }
}
