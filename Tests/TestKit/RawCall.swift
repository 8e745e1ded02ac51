package import BureauAPI
package import GRPCCore

/// What a call came to, whatever its method.
package enum Outcome: Sendable, Equatable {
  case answered([UInt8])
  case refused(Refused)

  package var refusal: Refused? {
    if case .refused(let refused) = self { refused } else { nil }
  }
}

extension World {
  /// Calls any unary method of the served API with the bytes of its request.
  package func call(
    _ method: Descriptors.Method, _ request: [UInt8], token: String?
  ) async throws -> Outcome {
    try await client.call(method, request, token: token)
  }
}

extension GRPCClient {
  /// Calls any unary method with the bytes of its request.
  package func call(
    _ method: Descriptors.Method, _ request: [UInt8], token: String?
  ) async throws -> Outcome {
    let descriptor = MethodDescriptor(
      service: ServiceDescriptor(fullyQualifiedService: method.service), method: method.name)
    let metadata: Metadata = token.map { ["authorization": "Bearer \($0)"] } ?? [:]
    do {
      return .answered(
        try await unary(
          request: ClientRequest(message: request, metadata: metadata), descriptor: descriptor,
          serializer: RawBytes(), deserializer: RawBytes(), options: .defaults,
          onResponse: { try $0.message }))
    } catch let error as RPCError { return .refused(Refused(error)) }
  }
}

/// Passes messages through as the bytes they are.
private struct RawBytes: MessageSerializer, MessageDeserializer {
  func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes { Bytes(message) }

  func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] {
    bytes.withUnsafeBytes { Array($0) }
  }
}
