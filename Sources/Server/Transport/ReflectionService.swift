package import BureauAPI
package import GRPCCore
import SwiftProtobuf

/// The API's descriptors, indexed for gRPC's server reflection: any gRPC tool works without files.
package struct Reflection: Sendable {
  private typealias File = Google_Protobuf_FileDescriptorProto
  private typealias Answer = Grpc_Reflection_V1_ServerReflectionResponse

  /// The full names of the services of the API itself.
  package static var apiServices: [String] { Descriptors.services }

  private var serialized: [String: [UInt8]] = [:]
  private var imports: [String: [String]] = [:]
  private var fileOfSymbol: [String: String] = [:]
  private var fileOfExtension: [String: [Int32: String]] = [:]
  private var services: [String] = []

  /// Indexes a serialized `FileDescriptorSet`.
  package init(descriptors: [UInt8] = Descriptors.bytes) throws {
    for file in try Google_Protobuf_FileDescriptorSet(serializedBytes: descriptors).file {
      serialized[file.name] = try file.serializedBytes()
      imports[file.name] = file.dependency
      index(file)
    }
    services.sort()
  }

  private mutating func index(_ file: File) {
    let prefix = file.package.isEmpty ? "" : file.package + "."
    for service in file.service {
      services.append(prefix + service.name)
      fileOfSymbol[prefix + service.name] = file.name
      for method in service.method {
        fileOfSymbol["\(prefix)\(service.name).\(method.name)"] = file.name
      }
    }
    for message in file.messageType { index(message, prefix, file.name) }
    for kind in file.enumType { fileOfSymbol[prefix + kind.name] = file.name }
    index(file.extension, prefix, file.name)
  }

  private mutating func index(
    _ message: Google_Protobuf_DescriptorProto, _ prefix: String, _ file: String
  ) {
    let name = prefix + message.name
    fileOfSymbol[name] = file
    for field in message.field { fileOfSymbol["\(name).\(field.name)"] = file }
    for kind in message.enumType { fileOfSymbol["\(name).\(kind.name)"] = file }
    for nested in message.nestedType { index(nested, name + ".", file) }
    index(message.extension, name + ".", file)
  }

  private mutating func index(
    _ extensions: [Google_Protobuf_FieldDescriptorProto], _ prefix: String, _ file: String
  ) {
    for field in extensions {
      fileOfSymbol[prefix + field.name] = file
      let extended = String(field.extendee.drop { $0 == "." })
      fileOfExtension[extended, default: [:]][field.number] = file
    }
  }

  /// Answers one question; what is not there is an error *in* the answer, the stream goes on.
  func answer(
    _ question: Grpc_Reflection_V1_ServerReflectionRequest
  ) -> Grpc_Reflection_V1_ServerReflectionResponse {
    var answer = Answer()
    answer.validHost = question.host
    answer.originalRequest = question
    switch question.messageRequest {
    case .listServices:
      answer.listServicesResponse.service = services.map { name in .with { $0.name = name } }
    case .fileByFilename(let name):
      fill(&answer, file: serialized[name] == nil ? nil : name)
    case .fileContainingSymbol(let symbol):
      fill(&answer, file: fileOfSymbol[symbol])
    case .fileContainingExtension(let asked):
      fill(&answer, file: fileOfExtension[asked.containingType]?[asked.extensionNumber])
    case .allExtensionNumbersOfType(let type):
      if fileOfSymbol[type] == nil {
        fill(&answer, file: nil)
      } else {
        answer.allExtensionNumbersResponse = .with {
          $0.baseTypeName = type
          $0.extensionNumber = fileOfExtension[type, default: [:]].keys.sorted()
        }
      }
    case nil:
      answer.errorResponse = .with {
        $0.errorCode = Int32(Status.Code.invalidArgument.rawValue)
        $0.errorMessage = "the question is empty: set one field of message_request"
      }
    }
    return answer
  }

  /// The file and all it imports, each once.
  private func fill(
    _ answer: inout Grpc_Reflection_V1_ServerReflectionResponse, file: String?
  ) {
    guard let file else {
      answer.errorResponse = .with {
        $0.errorCode = Int32(Status.Code.notFound.rawValue)
        $0.errorMessage = "not found"
      }
      return
    }
    var seen: Set<String> = []
    var left = [file]
    while let name = left.popLast() {
      guard seen.insert(name).inserted, let bytes = serialized[name] else { continue }
      answer.fileDescriptorResponse.fileDescriptorProto.append(.init(bytes))
      left += imports[name, default: []]
    }
  }
}

/// Server reflection v1.
package struct ReflectionService: Grpc_Reflection_V1_ServerReflection.SimpleServiceProtocol {
  private let reflection: Reflection

  package init(_ reflection: Reflection) { self.reflection = reflection }

  package func serverReflectionInfo(
    request: RPCAsyncSequence<Grpc_Reflection_V1_ServerReflectionRequest, any Error>,
    response: RPCWriter<Grpc_Reflection_V1_ServerReflectionResponse>, context: ServerContext
  ) async throws {
    for try await question in request { try await response.write(reflection.answer(question)) }
  }
}

/// Server reflection v1alpha: the same messages under an older name, for older tools.
package struct ReflectionAlphaService: Grpc_Reflection_V1alpha_ServerReflection
    .SimpleServiceProtocol
{
  private let reflection: Reflection

  package init(_ reflection: Reflection) { self.reflection = reflection }

  package func serverReflectionInfo(
    request: RPCAsyncSequence<Grpc_Reflection_V1alpha_ServerReflectionRequest, any Error>,
    response: RPCWriter<Grpc_Reflection_V1alpha_ServerReflectionResponse>, context: ServerContext
  ) async throws {
    for try await old in request {
      let question: [UInt8] = try old.serializedBytes()
      let answer: [UInt8] = try reflection.answer(.init(serializedBytes: question))
        .serializedBytes()
      try await response.write(.init(serializedBytes: answer))
    }
  }
}
