package import BureauAPI
package import GRPCCore
import GRPCProtobuf
import SwiftProtobuf

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
  /// Calls any unary method with the bytes of its request, or one that takes several items with one
  /// of them: then what became of the item.
  package func call(
    _ method: Descriptors.Method, _ request: [UInt8], token: String?
  ) async throws -> Outcome {
    if method.clientStreaming { return try await callStream(method, request, token: token) }
    let descriptor = MethodDescriptor(
      service: ServiceDescriptor(fullyQualifiedService: method.service), method: method.name)
    let metadata: Metadata = token.map { ["authorization": "Bearer \($0)"] } ?? [:]
    do {
      let answer = try await unary(
        request: ClientRequest(message: request, metadata: metadata), descriptor: descriptor,
        serializer: RawBytes(), deserializer: RawBytes(), options: .defaults,
        onResponse: { try $0.message })
      let results: [Bureau_V1_PaymentResult] =
        switch method.name {
        case "HandlePayments": try Bureau_V1_HandlePaymentsResponse(serializedBytes: answer).results
        case "StartPaymentSignatures":
          try Bureau_V1_StartPaymentSignaturesResponse(serializedBytes: answer).results
        default: []
        }
      if case .error(let status)? = results.first?.result, results.count == 1 {
        return .refused(Refused(try RPCError(status)))
      }
      return .answered(answer)
    } catch let error as RPCError { return .refused(Refused(error)) }
  }
}

extension GRPCClient {
  private func callStream(
    _ method: Descriptors.Method, _ request: [UInt8], token: String?
  ) async throws -> Outcome {
    let descriptor = MethodDescriptor(
      service: ServiceDescriptor(fullyQualifiedService: method.service), method: method.name)
    let metadata: Metadata = token.map { ["authorization": "Bearer \($0)"] } ?? [:]
    do {
      return try await bidirectionalStreaming(
        request: StreamingClientRequest(metadata: metadata) { try await $0.write(request) },
        descriptor: descriptor, serializer: RawBytes(), deserializer: RawBytes(),
        options: .defaults
      ) { response in
        var answers: [[UInt8]] = []
        for try await message in response.messages { answers.append(message) }
        guard answers.count == 1 else { throw TestFault("\(answers.count) answers to one item") }
        if method.name == "SubmitOpenItems" { return .answered(answers[0]) }
        let result = try Bureau_V1_ImportInvoicesResponse(serializedBytes: answers[0])
        guard case .error(let status) = result.result else { return .answered(answers[0]) }
        return .refused(Refused(try RPCError(status)))
      }
    } catch let error as RPCError { return .refused(Refused(error)) }
  }
}

extension RPCError {
  /// What became of one item of a stream.
  package init(_ status: Google_Rpc_Status) throws {
    let bytes: [UInt8] = try status.serializedBytes()
    self.init(try GoogleRPCStatus(serializedBytes: bytes))
  }
}

/// Passes messages through as the bytes they are.
private struct RawBytes: MessageSerializer, MessageDeserializer {
  func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes { Bytes(message) }

  func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] {
    bytes.withUnsafeBytes { Array($0) }
  }
}
