package import EngineKit
import Foundation
import Primitives

// Copies of before that are put back, as after a disk that broke.

/// A server's home as it was: the database, the bureau's bank folders, and the witness.
package struct HomeCopy: Sendable {
  package let database: DatabasePlace
  fileprivate let folders: URL
}

extension TestBureau {
  /// Keeps a copy of the database as it is now.
  package func copiesDatabase() async throws -> DatabasePlace {
    try await world.restart { try await TestEngine.current.copy(world.place) }
  }

  /// Puts a copy of before back in the place of the database. Nobody's session outlives it.
  package func putsBack(_ copy: DatabasePlace, _ people: Person...) async throws {
    try await world.restart { try await world.place.putBack(copy) }
    for person in try people + [administrator] { person.forgetsSession() }
  }

  private var bankFolder: URL { world.bankFolder.appending(path: id.hex) }

  /// Keeps a copy of all that a server's home holds.
  package func copiesHome() async throws -> HomeCopy {
    let files = FileManager.default
    let folders = world.folder.appending(path: "home-\(world.next())")
    let database = try await world.restart {
      try files.createDirectory(at: folders, withIntermediateDirectories: true)
      try files.copyItem(at: bankFolder, to: folders.appending(path: "bank"))
      try files.copyItem(at: world.witnessFolder, to: folders.appending(path: "witness"))
      return try await TestEngine.current.copy(world.place)
    }
    return HomeCopy(database: database, folders: folders)
  }

  /// Puts a whole home back, as a machine's image does; what the bank has done stays done.
  /// - Parameter withWitness: false: the witness lies elsewhere, as docs/operating.md advises.
  package func putsBack(_ home: HomeCopy, withWitness: Bool, _ people: Person...) async throws {
    let files = FileManager.default
    try await world.restart {
      try await world.place.putBack(home.database)
      try files.removeItem(at: bankFolder)
      try files.copyItem(at: home.folders.appending(path: "bank"), to: bankFolder)
      if withWitness {
        try files.removeItem(at: world.witnessFolder)
        try files.copyItem(at: home.folders.appending(path: "witness"), to: world.witnessFolder)
      }
    }
    for person in try people + [administrator] { person.forgetsSession() }
  }
}
