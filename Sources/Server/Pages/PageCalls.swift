import Domain
package import GRPCCore
import Synchronization

/// Calls the services as any client does, without a wire between: the server's interceptors first,
/// then the very function that serves the RPC. So pages have no rules of their own.
package struct PageCalls: Sendable {
  private let interceptors: [any ServerInterceptor]

  package init(interceptors: [any ServerInterceptor]) { self.interceptors = interceptors }

  /// Who looks at a page.
  package struct Visitor: Sendable {
    /// In figures, as the connection shows it.
    var address: String
    var requestID: String
    /// A session's secret.
    var token: String?

    package init(address: String, requestID: String, token: String? = nil) {
      self.address = address
      self.requestID = requestID
      self.token = token
    }

    /// As a transport spells it.
    fileprivate var peer: String {
      address.contains(":") ? "ipv6:[\(address)]:0" : "ipv4:\(address):0"
    }
  }

  package func callAsFunction<Input: Sendable, Output: Sendable>(
    _ method: MethodDescriptor, _ request: Input, by visitor: Visitor,
    _ serve: @escaping @Sendable (Input, ServerContext) async throws -> Output
  ) async throws -> Output {
    let answer = Answer<Output>()
    var metadata = Metadata()
    if let token = visitor.token { metadata.addString("Bearer \(token)", forKey: "authorization") }
    let streaming = StreamingServerRequest(
      single: ServerRequest(metadata: metadata, message: request))
    try await withServerContextRPCCancellationHandle { cancellation in
      var context = ServerContext(
        descriptor: method, remotePeer: visitor.peer, localPeer: "pages",
        cancellation: cancellation)
      context.transportSpecific = CallContext(requestID: visitor.requestID)
      _ = try await pass(streaming, context, 0) { context in
        let output = try await serve(request, context)
        answer.value.withLock { $0 = output }
      }
    }
    guard let output = answer.value.withLock({ $0 }) else { throw IdentityError.unauthenticated }
    return output
  }

  private final class Answer<Output: Sendable>: Sendable {
    let value = Mutex<Output?>(nil)
  }

  private func pass<Input: Sendable>(
    _ request: StreamingServerRequest<Input>, _ context: ServerContext, _ index: Int,
    _ serve: @escaping @Sendable (ServerContext) async throws -> Void
  ) async throws -> StreamingServerResponse<Bool> {
    guard index < interceptors.count else {
      try await serve(context)
      return StreamingServerResponse(single: ServerResponse(message: true))
    }
    return try await interceptors[index].intercept(request: request, context: context) {
      try await pass($0, $1, index + 1, serve)
    }
  }
}
