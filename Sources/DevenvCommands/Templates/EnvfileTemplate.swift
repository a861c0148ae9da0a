/// An Envfile to start from: commented, and valid as it is.
package enum EnvfileTemplate: String, CaseIterable, Sendable {
    /// One machine.
    case single
    /// A web server and the database that it depends on.
    case web
    /// Three machines that know each other.
    case cluster

    /// The names that an Envfile may have.
    package static let fileNames = ["Envfile", "Envfile.yaml", "Envfile.yml"]

    /// The text, for machines that start from a box.
    package func text(box: String) -> String {
        let machines =
            switch self {
            case .single: Self.singleMachines
            case .web: Self.webMachines
            case .cluster: Self.clusterMachines
            }
        return Self.head(box: box) + machines
    }

    private static func head(box: String) -> String {
        """
        # The machines of this project. 'devenv validate' checks this file, 'devenv plan' shows what 'devenv up' would do.
        # Every key is described in Documentation/envfile.md.
        version: 1

        defaults:
          box: "\(box)"
          cpus: 1
          memory: 512MiB


        """
    }

    private static let singleMachines = """
        machines:
          main:
            # Folders of this computer that are kept equal in the machine, `HOST:MACHINE`.
            sync: [.:/srv/project]

            # Ports of this computer that lead into the machine, `HOST:MACHINE`; open to this computer only.
            # forward: [8080:80]

            # What is done once in a new machine, and again when it changes here.
            provision:
              - name: hello
                shell: echo "This is $(hostname)." | tee /etc/motd

            # Shown after 'devenv up'.
            message: The project is in /srv/project.

        """

    private static let webMachines = """
        machines:
          db:
            provision:
              - name: postgresql
                shell: |
                  command -v psql && exit
                  apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y postgresql
              # A container has no service manager: what must run is started at every `up`.
              - name: start
                run: always
                shell: service postgresql start
            # The machine counts as ready when all of these hold.
            ready: [{ shell: pg_isready }]

          web:
            # `web` is not provisioned before `db` is ready; it reaches it by its name.
            depends_on: { db: ready }
            # http://127.0.0.1:8080 leads to port 80 of the machine; open to this computer only.
            forward: [8080:80]
            provision:
              - name: nginx
                shell: |
                  command -v nginx && exit
                  apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y nginx
              - name: page
                shell: echo "The database is at $(getent hosts db)." > /var/www/html/index.html
              - name: start
                run: always
                shell: service nginx start
            ready: [{ http: / }]
            message: The page is at http://127.0.0.1:8080.

        """

    private static let clusterMachines = """
        machines:
          node:
            # node-1, node-2 and node-3; they reach each other by these names.
            count: 3
            groups: [nodes]
            provision:
              - name: peers
                shell:
                  inline: |
                    for peer in node-1 node-2 node-3; do getent hosts "$peer"; done
                  env: { NODE: "${machine.index}" }

        """
}
