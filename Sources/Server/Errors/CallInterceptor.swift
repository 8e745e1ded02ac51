package import GRPCCore
import GRPCProtobuf
package import Logging
import Engine
import Synchronization

/// What a handler may know of its call beside the request.
package struct CallContext: ServerContext.TransportSpecific {
  /// Names this call in the log and in each error; not the `request_id` of a command.
  package let requestID: String
  /// The certificate the client has shown, if any.
  package let certificate: ClientCertificate?
  /// Who calls, once `AuthenticationInterceptor` has found out; nil where anyone may call.
  package var caller: Caller?
  /// SHA-256 of the secret that came with the call, known or not.
  package var secretHash: [UInt8]?
  /// Writes into the log what went wrong inside with one item of a stream.
  package var itemFailed: @Sendable (CallFailure) -> Void = { _ in }

  package init(requestID: String, certificate: ClientCertificate? = nil) {
    self.requestID = requestID
    self.certificate = certificate
  }
}

extension ServerContext {
  /// What `CallInterceptor` found out about this call.
  package var call: CallContext {
    transportSpecific as? CallContext ?? CallContext(requestID: "none")
  }
}

/// Stands before every call: names it, maps its errors, writes one line about it to the log.
///
/// The line has method, code, reason, duration and request id; no payload, no address, no person.
package struct CallInterceptor: ServerInterceptor {
  /// The metadata key of the request id, in both directions.
  package static let requestIDKey = "x-request-id"

  private let logger: Logger
  private let census: ConnectionCensus?
  private let metrics: Metrics
  private let maxCalls: Int
  /// Calls open now.
  package let open = OpenCalls()
  private let makeRequestID: @Sendable () -> String

  /// - Parameters:
  ///   - census: Knows the client certificates; nil in process, where there are none.
  ///   - maxCalls: Calls open at once; one more is refused. Health is always told.
  package init(
    logger: Logger, census: ConnectionCensus? = nil, metrics: Metrics = Metrics(),
    maxCalls: Int = TransportLimits().maxCalls,
    makeRequestID: @escaping @Sendable () -> String = CallInterceptor.randomRequestID
  ) {
    self.logger = logger
    self.census = census
    self.metrics = metrics
    self.maxCalls = maxCalls
    self.makeRequestID = makeRequestID
  }

  /// 16 random hexadecimal digits.
  package static func randomRequestID() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  package func intercept<Input: Sendable, Output: Sendable>(
    request: StreamingServerRequest<Input>, context: ServerContext,
    next:
      @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
      StreamingServerResponse<Output>
  ) async throws -> StreamingServerResponse<Output> {
    let started = ContinuousClock.now
    let id = requestID(of: request.metadata)
    let method = context.descriptor
    var context = context
    var call = CallContext(requestID: id, certificate: census?.certificate(of: context.remotePeer))
    call.itemFailed = { self.log(method, id, started, item: true, failure: $0) }
    context.transportSpecific = call
    // Held until the answer is out, or the transport has dropped it.
    let place = open.enter()
    do {
      if place.number > maxCalls, !Self.isForMachines(method) {
        throw EngineError.overloaded("\(maxCalls) calls are open")
      }
      var contents = try await next(request, context).accepted.get()
      contents.metadata.replaceOrAddString(id, forKey: Self.requestIDKey)
      let produce = contents.producer
      contents.producer = { writer in
        defer { withExtendedLifetime(place) {} }
        do {
          let trailers = try await produce(writer)
          self.log(method, id, started, failure: nil)
          return trailers
        } catch {
          throw self.failed(error, method, id, started)
        }
      }
      return StreamingServerResponse(accepted: .success(contents))
    } catch {
      throw failed(error, method, id, started)
    }
  }

  /// The caller's own id if it is a decent one, so that both logs speak of the same call.
  private func requestID(of metadata: Metadata) -> String {
    let given = metadata[stringValues: Self.requestIDKey].first { _ in true }
    guard let given, (1...64).contains(given.utf8.count),
      given.utf8.allSatisfy({ Self.requestIDCharacters.contains($0) })
    else { return makeRequestID() }
    return given
  }

  private static let requestIDCharacters = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.".utf8)

  private func failed(
    _ error: any Error, _ method: MethodDescriptor, _ id: String, _ started: ContinuousClock.Instant
  ) -> RPCError {
    let failure = ErrorMapping.failure(for: error, requestID: id)
    log(method, id, started, failure: failure)
    var wire = failure.rpcError
    wire.metadata.replaceOrAddString(id, forKey: Self.requestIDKey)
    return wire
  }

  private func log(
    _ method: MethodDescriptor, _ id: String, _ started: ContinuousClock.Instant,
    item: Bool = false, failure: CallFailure?
  ) {
    let took = (ContinuousClock.now - started) / .milliseconds(1)
    let code = failure.map { Status.Code($0.status.code).description } ?? "ok"
    if !item {
      metrics.count(.calls, method.fullyQualifiedMethod, ErrorMapping.wireName(code))
      metrics.observe(.callSeconds, took / 1_000)
    }
    if let failure { metrics.count(.refusals, failure.reason) }
    var line: Logger.Metadata = [
      "method": "\(method.fullyQualifiedMethod)", "request_id": "\(id)",
      "duration_ms": "\(Int(took.rounded()))",
      "code": "\(code)",
    ]
    if let failure { line["reason"] = "\(failure.reason)" }
    if let cause = failure?.cause { line["cause"] = "\(cause)" }
    let quiet = Self.isForMachines(method)
    let level: Logger.Level = failure?.cause != nil ? .error : quiet ? .debug : .info
    logger.log(level: level, item ? "item" : "call", metadata: line)
  }

  /// Health checks and reflection come from machines, all day.
  private static func isForMachines(_ method: MethodDescriptor) -> Bool {
    method.service.fullyQualifiedService.hasPrefix("grpc.")
  }
}

/// Counts the calls that are open.
package final class OpenCalls: Sendable {
  private let number = Atomic<Int>(0)

  package var count: Int { number.load(ordering: .relaxed) }

  fileprivate func enter() -> Place {
    Place(of: self, number: number.add(1, ordering: .relaxed).newValue)
  }

  /// One call's place, given up when nobody holds it any more.
  fileprivate final class Place: Sendable {
    let number: Int
    private let calls: OpenCalls

    init(of calls: OpenCalls, number: Int) {
      self.calls = calls
      self.number = number
    }

    deinit { calls.number.subtract(1, ordering: .relaxed) }
  }
}
