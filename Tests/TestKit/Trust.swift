import Foundation
import Primitives
import Sandbox
import Server

/// The certificates and BankID keys of the whole test run: they take a while to make.
enum Trust {
  private static let folder = FileManager.default.temporaryDirectory
    .appending(path: "bureau-trust-\(UUID().uuidString)")

  private static func made<Made>(_ make: () throws -> Made) -> Result<Made, any Error> {
    atexit { try? FileManager.default.removeItem(at: Trust.folder) }
    return Result { try make() }
  }

  /// The sandbox's BankID authority with its people.
  static let people = made {
    try SandboxAuthority(folder: folder.appending(path: "bankid").path, people: citizens)
  }

  /// People with test numbers (serials 980–999 are never given to anybody). A key is made when
  /// its owner first signs.
  private static let citizens = (1...20).compactMap { n -> SandboxPerson? in
    let digits = Numbers.swedishPerson(n)
    guard let number = try? PersonalNumber(digits) else { return nil }
    return SandboxPerson(personalNumber: number, givenName: "Test", surname: "Person \(n)")
  }

  /// The server's private CA and its certificate for 127.0.0.1.
  static let tls = made {
    // Certificates live by wall time, whatever the rules' clock shows.
    let seconds = Sources.system.now().microseconds / 1_000_000
    return try Authority.create(
      in: folder.appending(path: "tls"), hostnames: ["127.0.0.1", "localhost"],
      now: Date(timeIntervalSince1970: TimeInterval(seconds)))
  }
}
