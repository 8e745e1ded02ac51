import BureauAPI
import GRPCCore
import GRPCInProcessTransport
import Server
import SwiftProtobuf
import Testing

@Suite(.timeLimit(.minutes(10)))
struct HealthAndReflectionTests {
  @Test func `every service of the API is serving`() async throws {
    try await LoopbackServer.run { server in
      try await server.withClient { client in
        let health = Grpc_Health_V1_Health.Client(wrapping: client)
        for service in [""] + Descriptors.services {
          #expect(try await health.check(.with { $0.service = service }).status == .serving)
        }
        let all = try await health.list(.init()).statuses
        #expect(Set(all.keys) == Set([""] + Descriptors.services))
      }
    }
  }

  @Test func `one service is switched off and on, and watchers are told`() async throws {
    try await LoopbackServer.run { server in
      try await server.withClient { client in
        let health = Grpc_Health_V1_Health.Client(wrapping: client)
        let asked = Grpc_Health_V1_HealthCheckRequest.with { $0.service = "later.Service" }
        await #expect(throws: RPCError.self) { try await health.check(asked) }
        try await health.watch(asked) { response in
          var seen: [Grpc_Health_V1_HealthCheckResponse.ServingStatus] = []
          for try await update in response.messages {
            seen.append(update.status)
            if seen.count == 1 { server.service.health.set(.notServing, for: "later.Service") }
            if seen.count == 2 { server.service.health.set(.serving, for: "later.Service") }
            if seen.count == 3 { break }
          }
          #expect(seen == [.serviceUnknown, .notServing, .serving])
        }
      }
    }
  }

  @Test func `nothing is serving once shutdown has begun`() async throws {
    let health = HealthService(services: ["a.A"])
    health.stop()
    health.set(.serving, for: "a.A")
    let transport = InProcessTransport()
    try await withGRPCServer(transport: transport.server, services: [health]) { _ in
      try await withGRPCClient(transport: transport.client) { client in
        let client = Grpc_Health_V1_Health.Client(wrapping: client)
        for service in ["", "a.A"] {
          let status = try await client.check(.with { $0.service = service }).status
          #expect(status == .notServing)
        }
      }
    }
  }

  @Test func `reflection lists the services, in both versions`() async throws {
    try await LoopbackServer.run { server in
      try await server.withClient { client in
        let expected = Set(Descriptors.methods.map(\.service))
        #expect(expected.isSuperset(of: ["grpc.health.v1.Health"]))
        let new = Grpc_Reflection_V1_ServerReflection.Client(wrapping: client)
        let names = try await new.serverReflectionInfo { writer in
          try await writer.write(.with { $0.listServices = "" })
        } onResponse: { response in
          try await response.messages.reduce(into: Set<String>()) { names, answer in
            names.formUnion(answer.listServicesResponse.service.map(\.name))
          }
        }
        #expect(names == expected)
        let old = Grpc_Reflection_V1alpha_ServerReflection.Client(wrapping: client)
        let same = try await old.serverReflectionInfo { writer in
          try await writer.write(.with { $0.listServices = "" })
        } onResponse: { response in
          try await response.messages.reduce(into: Set<String>()) { names, answer in
            names.formUnion(answer.listServicesResponse.service.map(\.name))
          }
        }
        #expect(same == expected)
      }
    }
  }

  @Test func `reflection finds files by name, symbol and extension, with their imports`()
    async throws
  {
    let questions: [Grpc_Reflection_V1_ServerReflectionRequest] = [
      .with { $0.fileByFilename = "google/api/field_behavior.proto" },
      .with { $0.fileContainingSymbol = "google.api.FieldBehavior" },
      .with {
        $0.fileContainingExtension = .with {
          $0.containingType = "google.protobuf.FieldOptions"
          $0.extensionNumber = 1052
        }
      },
      .with { $0.fileContainingSymbol = "no.such.Thing" },
      .init(),
      .with { $0.allExtensionNumbersOfType = "google.protobuf.FieldOptions" },
    ]
    try await LoopbackServer.run { server in
      try await server.withClient { client in
        let answers = try await Grpc_Reflection_V1_ServerReflection.Client(wrapping: client)
          .serverReflectionInfo { writer in
            for question in questions { try await writer.write(question) }
          } onResponse: { response in
            try await response.messages.reduce(into: []) { $0.append($1) }
          }
        #expect(answers.count == questions.count)
        #expect(answers.map(\.originalRequest) == questions)
        for answer in answers.prefix(3) {
          let files = try answer.fileDescriptorResponse.fileDescriptorProto.map {
            try Google_Protobuf_FileDescriptorProto(serializedBytes: $0).name
          }
          #expect(files == ["google/api/field_behavior.proto", "google/protobuf/descriptor.proto"])
        }
        #expect(answers[3].errorResponse.errorCode == 5)
        #expect(answers[4].errorResponse.errorCode == 3)
        #expect(answers[5].allExtensionNumbersResponse.extensionNumber == [1052, 1055])
      }
    }
  }
}
