// swift-tools-version: 6.2

import PackageDescription

// Every Swift target of this package is built the same way; each one below is a line.
let rules: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// The rooms that own C handles see every unsafe use marked.
let memorySafe: [SwiftSetting] = [.strictMemorySafety()]

let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

func room(_ name: String, _ dependencies: [Target.Dependency], settings: [SwiftSetting] = []) -> Target {
    .target(name: name, dependencies: dependencies + [system], path: "Sources/\(name)", swiftSettings: rules + settings)
}

func module(
    _ name: String, at folder: String, _ dependencies: [Target.Dependency], settings: [SwiftSetting] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies + ["DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", system],
        path: "\(folder)/Sources", swiftSettings: rules + settings)
}

func tests(_ name: String, at folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["DevenvTestSupport", system],
        path: folder, swiftSettings: rules)
}

func library(_ name: String, apt: String, pkgConfig: String) -> Target {
    .systemLibrary(name: name, path: "Sources/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

// The fuzz target has no entry point but libFuzzer's, so that only Scripts/fuzz builds it.
let fuzzing: [Target] =
    Context.environment["DEVENV_FUZZ"] == nil
    ? []
    : [
        .executableTarget(
            name: "EnvfileFuzz", dependencies: ["EnvfileInvariants", system], path: "Tests/Fuzz",
            exclude: ["Corpus", "README.md"], swiftSettings: rules + [.unsafeFlags(["-parse-as-library"])])
    ]

let package = Package(
    name: "devenv",
    products: [.executable(name: "devenv", targets: ["devenv"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // C libraries
        library("CLibYAML", apt: "libyaml-dev", pkgConfig: "yaml-0.1"),
        library("CLibSSH2", apt: "libssh2-1-dev", pkgConfig: "libssh2"),
        library("CLibCrypto", apt: "libssl-dev", pkgConfig: "libcrypto"),
        library("CExpat", apt: "libexpat1-dev", pkgConfig: "expat"),
        .target(name: "CHost", path: "Sources/CHost"),
        .target(name: "CSyscalls", path: "Providers/Container/CSyscalls"),
        .target(name: "CLibvirt", path: "Providers/Libvirt/CLibvirt"),
        .target(name: "CDatagram", path: "Providers/Libvirt/CDatagram"),

        // Rooms, from values to effects
        room("DevenvDiagnostics", []),
        room("DevenvModel", ["DevenvDiagnostics"]),
        room("DevenvYAML", ["DevenvDiagnostics", "CLibYAML"], settings: memorySafe),
        room("DevenvEnvfile", ["DevenvDiagnostics", "DevenvModel", "DevenvYAML"]),
        room("DevenvPluginAPI", ["DevenvDiagnostics", "DevenvModel"]),
        room("DevenvCrypto", ["CLibCrypto"], settings: memorySafe),
        room("DevenvHost", ["DevenvModel", "CHost", subprocess]),
        room(
            "DevenvSSH", ["DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvCrypto", "CLibSSH2"],
            settings: memorySafe),
        room(
            "DevenvSync",
            ["DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvCrypto", "CHost"]),
        room("DevenvGuest", ["DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvCrypto"]),
        room("DevenvState", ["DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvCrypto"]),
        room("DevenvDownload", ["DevenvModel", "DevenvHost", "DevenvCrypto"]),
        room(
            "DevenvCatalogs", ["DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvCrypto", "DevenvDownload"]),
        room("DevenvBoxes", ["DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvCrypto", "CHost", "CExpat"]),
        room(
            "DevenvRegistry",
            [
                "DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvCrypto", "DevenvDownload", "DevenvBoxes",
                "DevenvCatalogs",
            ]),
        room(
            "DevenvEngine",
            [
                "DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvState", "DevenvBoxes",
                "DevenvCrypto", "DevenvDownload", "DevenvCatalogs", "DevenvRegistry",
            ]),
        room(
            "DevenvCommands",
            [
                "DevenvDiagnostics", "DevenvModel", "DevenvEnvfile", "DevenvPluginAPI", "DevenvHost", "DevenvGuest",
                "DevenvState", "DevenvCrypto", "DevenvDownload", "DevenvCatalogs", "DevenvBoxes", "DevenvRegistry",
                "DevenvEngine",
                arguments,
            ]),

        // Providers and provisioners: one folder, one line here, one line in BuiltIns.swift
        module("ContainerProvider", at: "Providers/Container", ["DevenvHost", "CSyscalls"]),
        module(
            "LibvirtProvider", at: "Providers/Libvirt",
            ["DevenvHost", "DevenvCrypto", "CLibvirt", "CDatagram", "CExpat"],
            settings: memorySafe),
        module("VirtualBoxProvider", at: "Providers/VirtualBox", ["DevenvHost", "DevenvCrypto", "CExpat"]),
        module("ShellProvisioner", at: "Provisioners/Shell", ["DevenvHost", "DevenvCrypto", "DevenvGuest"]),
        module("FileProvisioner", at: "Provisioners/File", ["DevenvHost", "DevenvCrypto", "DevenvGuest"]),
        module("AnsibleProvisioner", at: "Provisioners/Ansible", ["DevenvHost", "DevenvCrypto", "DevenvGuest"]),
        module(
            "AnsibleLocalProvisioner", at: "Provisioners/AnsibleLocal", ["DevenvHost", "DevenvCrypto", "DevenvGuest"]),
        module("PodmanProvisioner", at: "Provisioners/Podman", ["DevenvHost", "DevenvCrypto", "DevenvGuest"]),
        module("DockerProvisioner", at: "Provisioners/Docker", ["DevenvHost", "DevenvCrypto", "DevenvGuest"]),
        module("PuppetProvisioner", at: "Provisioners/Puppet", ["DevenvHost", "DevenvCrypto", "DevenvGuest"]),
        module("SaltProvisioner", at: "Provisioners/Salt", ["DevenvHost", "DevenvCrypto", "DevenvGuest"]),

        .executableTarget(
            name: "devenv",
            dependencies: [
                "DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvBoxes", "DevenvEngine", "DevenvCommands",
                "DevenvSSH", "DevenvSync", "ContainerProvider", "LibvirtProvider", "VirtualBoxProvider",
                "ShellProvisioner", "FileProvisioner", "AnsibleProvisioner", "AnsibleLocalProvisioner",
                "PodmanProvisioner", "DockerProvisioner", "PuppetProvisioner", "SaltProvisioner",
            ],
            path: "Sources/devenv", swiftSettings: rules),

        // Tests
        .target(
            name: "DevenvTestSupport",
            dependencies: [
                "DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvCrypto", "DevenvBoxes",
                system,
                subprocess,
            ],
            path: "Tests/Support", swiftSettings: rules),
        .target(
            name: "EnvfileInvariants",
            dependencies: [
                "DevenvDiagnostics", "DevenvModel", "DevenvYAML", "DevenvEnvfile", "DevenvPluginAPI", "DevenvHost",
                "ContainerProvider", "LibvirtProvider", "VirtualBoxProvider", system,
            ],
            path: "Tests/EnvfileInvariants", swiftSettings: rules),
        tests("DevenvDiagnosticsTests", at: "Tests/DevenvDiagnosticsTests", ["DevenvDiagnostics"]),
        tests("DevenvModelTests", at: "Tests/DevenvModelTests", ["DevenvDiagnostics", "DevenvModel"]),
        tests("DevenvYAMLTests", at: "Tests/DevenvYAMLTests", ["DevenvDiagnostics", "DevenvYAML"]),
        tests(
            "DevenvEnvfileTests", at: "Tests/DevenvEnvfileTests",
            ["DevenvDiagnostics", "DevenvModel", "DevenvYAML", "DevenvEnvfile", "EnvfileInvariants"]),
        tests(
            "DevenvPluginAPITests", at: "Tests/DevenvPluginAPITests",
            ["DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI"]),
        tests("DevenvCryptoTests", at: "Tests/DevenvCryptoTests", ["DevenvHost", "DevenvCrypto"]),
        tests("DevenvHostTests", at: "Tests/DevenvHostTests", ["DevenvModel", "DevenvHost"]),
        tests(
            "DevenvSSHTests", at: "Tests/DevenvSSHTests",
            ["DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvCrypto", "DevenvSSH"]),
        tests(
            "DevenvSyncTests", at: "Tests/DevenvSyncTests",
            ["DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvSSH", "DevenvSync"]),
        tests(
            "DevenvStateTests", at: "Tests/DevenvStateTests",
            ["DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvState"]),
        tests("DevenvDownloadTests", at: "Tests/DownloadTests", ["DevenvHost", "DevenvCrypto", "DevenvDownload"]),
        tests(
            "DevenvCatalogsTests", at: "Tests/CatalogTests",
            ["DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvCrypto", "DevenvDownload", "DevenvCatalogs"]),
        tests(
            "DevenvBoxesTests", at: "Tests/DevenvBoxesTests",
            ["DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvCrypto", "DevenvBoxes"]),
        tests(
            "DevenvRegistryTests", at: "Tests/RegistryTests",
            [
                "DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvCrypto", "DevenvDownload", "DevenvBoxes",
                "DevenvCatalogs", "DevenvRegistry",
            ]),
        tests(
            "DevenvEngineTests", at: "Tests/DevenvEngineTests",
            [
                "DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvState", "DevenvBoxes",
                "DevenvEngine", "DevenvSSH", "ContainerProvider",
            ]),
        tests(
            "DevenvCommandsTests", at: "Tests/DevenvCommandsTests",
            [
                "DevenvDiagnostics", "DevenvModel", "DevenvEnvfile", "DevenvPluginAPI", "DevenvHost", "DevenvBoxes",
                "DevenvEngine", "DevenvCommands", "DevenvGuest", arguments,
            ]),
        tests(
            "ContainerProviderTests", at: "Providers/Container/Tests",
            ["DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", "DevenvHost", "ContainerProvider", "DevenvSSH"]),
        tests(
            "LibvirtProviderTests", at: "Providers/Libvirt/Tests",
            [
                "DevenvDiagnostics", "DevenvModel", "DevenvYAML", "DevenvEnvfile", "DevenvPluginAPI", "DevenvHost",
                "DevenvCrypto", "LibvirtProvider",
                "DevenvSSH",
            ]),
        tests(
            "VirtualBoxProviderTests", at: "Providers/VirtualBox/Tests",
            [
                "DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvCrypto",
                "VirtualBoxProvider",
            ]),
        tests(
            "ShellProvisionerTests", at: "Provisioners/Shell/Tests",
            ["DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvSSH", "ShellProvisioner"]),
        tests(
            "FileProvisionerTests", at: "Provisioners/File/Tests",
            ["DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvSSH", "FileProvisioner"]),
        tests(
            "AnsibleProvisionerTests", at: "Provisioners/Ansible/Tests",
            ["DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvGuest", "AnsibleProvisioner"]),
        tests(
            "AnsibleLocalProvisionerTests", at: "Provisioners/AnsibleLocal/Tests",
            [
                "DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", "DevenvHost", "DevenvGuest",
                "AnsibleLocalProvisioner",
            ]),
        tests(
            "PodmanProvisionerTests", at: "Provisioners/Podman/Tests",
            ["DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", "DevenvHost", "PodmanProvisioner"]),
        tests(
            "DockerProvisionerTests", at: "Provisioners/Docker/Tests",
            ["DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", "DevenvHost", "DockerProvisioner"]),
        tests(
            "PuppetProvisionerTests", at: "Provisioners/Puppet/Tests",
            ["DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", "DevenvHost", "PuppetProvisioner"]),
        tests(
            "SaltProvisionerTests", at: "Provisioners/Salt/Tests",
            ["DevenvDiagnostics", "DevenvModel", "DevenvPluginAPI", "DevenvHost", "SaltProvisioner"]),
        tests("RepositoryTests", at: "Tests/RepositoryTests", ["DevenvHost"]),
        tests("AcceptanceTests", at: "Tests/Acceptance", ["DevenvDiagnostics", "DevenvYAML", "DevenvHost"]),
    ] + fuzzing
)
