package import Domain

/// Why the witness does not help: a server with one of these still pays, but says so.
package enum WitnessError: Refusal, Equatable {
  /// The folder cannot be read or written just now.
  case unavailable(String)
  /// Something in the folder is not what a witness has written.
  case damaged(String)
  /// The newest statement was signed with another key.
  case keyDiffers(String)
  /// The journals do not go on from the newest checkpoint.
  case contradicted(String)
  case noCheckpoint

  package var kind: RefusalKind {
    switch self {
    case .unavailable: .unavailable
    case .damaged, .keyDiffers, .contradicted: .failedPrecondition
    case .noCheckpoint: .notFound
    }
  }

  package var reason: String {
    switch self {
    case .unavailable: "WITNESS_UNAVAILABLE"
    case .damaged: "WITNESS_DAMAGED"
    case .keyDiffers: "AUDIT_KEY_DIFFERS"
    case .contradicted: "CHECKPOINT_CONTRADICTED"
    case .noCheckpoint: "CHECKPOINT_NOT_FOUND"
    }
  }

  package var message: String {
    switch self {
    case .unavailable(let why): "The witness cannot be reached: \(why)."
    case .damaged(let what): "The witness is damaged: \(what). Restore it from its own copy."
    case .keyDiffers(let what):
      "\(what) was signed with another audit key: put that key back, or change keys with"
        + " `bureaud audit rotate-key` while the old one is there."
    case .contradicted(let what):
      "The journals do not go on from the newest checkpoint: \(what)."
        + " No checkpoint is signed until an operator has looked into it."
    case .noCheckpoint: "The witness has no such checkpoint, or the company is not in it."
    }
  }
}
