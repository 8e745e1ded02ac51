internal import SwiftProtobuf

/// What the API is made of, as data: the descriptors of every served proto file.
package enum Descriptors {
  /// A serialized `google.protobuf.FileDescriptorSet`: all files with their imports.
  package static let bytes: [UInt8] = PackageResources.descriptors_binpb

  /// One RPC of the API, as its proto file declares it.
  package struct Method: Hashable, Sendable {
    /// The full name of the service: `bureau.v1.PaymentService`.
    package let service: String
    /// The name of the method: `ListPayments`.
    package let name: String
    /// The full name of the request message, without a leading dot.
    package let input: String
    /// The full name of the response message, without a leading dot.
    package let output: String
    package let clientStreaming: Bool
    package let serverStreaming: Bool

    /// The path of the call on the wire, without its leading slash: `bureau.v1.X/Method`.
    package var fullName: String { "\(service)/\(name)" }
  }

  /// Every RPC of every service in the files, health and reflection too, in file order.
  package static let methods: [Method] = {
    guard let files = try? Google_Protobuf_FileDescriptorSet(serializedBytes: bytes).file else {
      preconditionFailure("descriptors.binpb is damaged: run deploy/generate")
    }
    return files.flatMap { file in
      file.service.flatMap { service in
        service.method.map { method in
          Method(
            service: file.package.isEmpty ? service.name : "\(file.package).\(service.name)",
            name: method.name, input: String(method.inputType.drop { $0 == "." }),
            output: String(method.outputType.drop { $0 == "." }),
            clientStreaming: method.clientStreaming, serverStreaming: method.serverStreaming)
        }
      }
    }
  }()

  /// The full names of the services of `bureau.v1`, in file order.
  package static let services: [String] = methods.reduce(into: []) { names, method in
    if method.service.hasPrefix("bureau."), names.last != method.service {
      names.append(method.service)
    }
  }
}
